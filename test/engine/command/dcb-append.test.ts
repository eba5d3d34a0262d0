import { describe, expect, it } from 'vitest';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import type { Message } from '../../../lib/core/message.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { CommandAnswer } from '../../../lib/engine/command/request.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { asks, instanceOver, memoryTable, operator } from '../../support/examples/commanding.ts';
import { campus } from '../../support/examples/dcb-courses.ts';
import { placing, registration, signup } from '../../support/examples/dcb-names.ts';
import { invoicing, selling } from '../../support/examples/dcb-selling.ts';

// What the specification of https://dcb.events (2026-11) asks of an append, and its examples with writers that overlap. docs/guides/boundaries.md says what is
// not had, and why.

/** Several functions over one table, each with a cache of its own. */
const functionsOf = (declared: unknown) => {
  const decider = declared as AnyDecider;
  const table = memoryTable();
  let sent = 0;
  const send = ({ type, data }: Message, store: Store = table.store) => {
    sent += 1;
    const instance = instanceOver(table, { decider, code: 'dcb-1', store });
    return handleCommand(instance, asks(type, data as object, { stream: `${decider.category}-n${sent}`, actor: operator }));
  };
  return {
    send,
    /** Sends a command, and lets others take effect between its decision and its first append. */
    overtaken: async (command: Message, ...meanwhile: readonly (Message | (() => void))[]) => {
      let appends = 0;
      const store: Store = {
        ...table.store,
        appendTogether: async (commits, unmoved) => {
          appends += 1;
          if (appends === 1) for (const each of meanwhile) await (typeof each === 'function' ? each() : send(each));
          return table.store.appendTogether(commits, unmoved);
        },
      };
      return { answer: await send(command, store), appends };
    },
    ofType: (type: string) =>
      table.store
        .stored()
        .filter(({ stream }) => stream.startsWith(`${decider.category}-`))
        .flatMap(({ events }) => events.filter((event) => event.type === type)),
    stored: table.store.stored,
    clock: table.clock,
  };
};

const refused = (reason: string) => ({ outcome: 'refused', refusal: { refused: reason } });
const outcomes = (answers: readonly CommandAnswer[]) => answers.map(({ outcome }) => outcome).sort();

const define = (courseId: string, capacity: number) => ({ type: 'DefineCourse', data: { courseId, capacity } });
const change = (courseId: string, newCapacity: number) => ({ type: 'ChangeCourseCapacity', data: { courseId, newCapacity } });
const subscribe = (courseId: string, studentId: string) => ({
  type: 'SubscribeStudentToCourse',
  data: { courseId, studentId },
});

const courses = async () => {
  const functions = functionsOf(campus);
  await functions.send(define('c1', 2));
  await functions.send(define('c2', 2));
  return functions;
};

describe('Writing events', () => {
  it('MUST provide a way to atomically persist one or more Event(s)', async () => {
    const { overtaken, stored } = await courses();
    const { answer } = await overtaken(subscribe('c1', 's1'), subscribe('c1', 's2'), subscribe('c1', 's3'));
    expect(answer).toEqual(refused('fully-booked'));
    // Of its three streams only the course's had moved.
    expect(stored().map(({ stream }) => stream)).not.toContain('tag-student.s1');
    expect(stored().filter(({ stream }) => stream.startsWith('campus-'))).toHaveLength(4);
  });

  it('MUST fail if the Event Store contains at least one Event matching the Append Condition', async () => {
    const { overtaken, ofType } = await courses();
    const { answer, appends } = await overtaken(subscribe('c1', 's1'), subscribe('c1', 's2'));
    // It failed, was decided again, and succeeded.
    expect([answer.outcome, appends]).toEqual(['committed', 2]);
    expect(ofType('StudentSubscribedToCourse')).toHaveLength(2);
  });
});

describe('Append Condition', () => {
  it('MUST ignore the Events before the specified position', async () => {
    const { send, overtaken } = await courses();
    await send(subscribe('c1', 's2'));
    await send(subscribe('c2', 's1'));
    expect(await overtaken(subscribe('c1', 's1'))).toMatchObject({ answer: { outcome: 'committed' }, appends: 1 });
  });

  it('if the position is omitted, fails if any Event matches: an event that was not there is no phantom', async () => {
    const { overtaken, ofType } = functionsOf(registration);
    const register = { type: 'RegisterAccount', data: { username: 'u1' } };
    const { answer } = await overtaken(register, register);
    expect(answer).toEqual(refused('username-claimed'));
    expect(ofType('AccountRegistered')).toHaveLength(1);
  });

  it.each([
    ['the one', change('c1', 3)],
    ['the other', subscribe('c2', 's1')],
  ])('combines its Query Items with an OR: an event with %s tag of two is enough', async (_, meanwhile) => {
    const { overtaken } = await courses();
    expect((await overtaken(subscribe('c1', 's1'), meanwhile)).appends).toBe(2);
  });

  it('is not failed by an Event that has none of its Tags', async () => {
    const { overtaken } = await courses();
    expect((await overtaken(subscribe('c1', 's1'), subscribe('c2', 's2'), change('c2', 9))).appends).toBe(1);
  });

  it('is not failed by an Event whose Type is none of its Types: such a type does not carry the tag', async () => {
    const { send, overtaken } = functionsOf(selling);
    const order = { type: 'OrderProducts', data: { items: [{ productId: 'p1', price: 123 }] } };
    const price = (newPrice: number) => ({ type: 'ChangePrice', data: { productId: 'p1', newPrice } });
    await send(price(123));
    expect(await overtaken(order, order)).toMatchObject({ answer: { outcome: 'committed' }, appends: 1 });
    expect(await overtaken(order, price(134))).toMatchObject({ answer: { outcome: 'committed' }, appends: 2 });
  });
});

describe('the examples, with writers that overlap', () => {
  it('Course subscriptions: the capacity is lowered while the last seat is taken', async () => {
    const { send, overtaken } = await courses();
    await send(subscribe('c1', 's1'));
    expect((await overtaken(subscribe('c1', 's2'), change('c1', 1))).answer).toEqual(refused('fully-booked'));
    await send(change('c1', 2));
    expect((await overtaken(change('c1', 1), subscribe('c1', 's2'))).answer).toEqual(refused('below-subscriptions'));
  });

  it('Invoice number: eight invoices at the same time have unique numbers that form an unbroken sequence', async () => {
    const { send, ofType } = functionsOf(invoicing);
    const create = (n: number) => ({ type: 'CreateInvoice', data: { series: 'a', invoiceData: `${n}` } });
    await Promise.all(Array.from({ length: 8 }, (_, n) => send(create(n))));
    const numbers = ofType('InvoiceCreated').map(({ data }) => (data as { invoiceNumber: number }).invoiceNumber);
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('Opt-in token: one of two confirmations at the same time uses it', async () => {
    const { send, ofType } = functionsOf(signup);
    await send({ type: 'InitiateSignUp', data: { address: 'john', otp: '444444', name: 'John Doe' } });
    const confirm = { type: 'ConfirmSignUp', data: { address: 'john', otp: '444444' } };
    expect(outcomes(await Promise.all([send(confirm), send(confirm)]))).toEqual(['committed', 'refused']);
    expect(ofType('SignUpConfirmed')).toHaveLength(1);
  });

  it('Dynamic product price: a price that changes meanwhile holds for the grace period, and fails the order after it', async () => {
    const { send, overtaken, ofType, clock } = functionsOf(selling);
    const price = (productId: string, newPrice: number) => ({ type: 'ChangePrice', data: { productId, newPrice } });
    await send(price('p1', 123));
    await send(price('p2', 321));
    const prices = { p1: 123, p2: 321 };
    const order = {
      type: 'OrderProducts',
      data: { items: Object.entries(prices).map(([productId, price]) => ({ productId, price })) },
    };
    expect((await overtaken(order, price('p2', 400))).answer.outcome).toBe('committed');
    const late = await overtaken(order, price('p1', 134), () => clock.advance(11 * 60_000));
    expect(late.answer).toEqual(refused('price-not-valid'));
    expect(ofType('ProductsOrdered')).toHaveLength(1);
  });

  it('Prevent record duplication: a form that is submitted twice at the same time places one order', async () => {
    const { send, ofType } = functionsOf(placing);
    const place = (orderId: string) => ({ type: 'PlaceOrder', data: { orderId, idempotencyToken: '11111' } });
    expect(outcomes(await Promise.all([send(place('o1')), send(place('o2'))]))).toEqual(['committed', 'refused']);
    expect(ofType('OrderPlaced')).toHaveLength(1);
  });

  it('Event-sourced aggregate: a save fails if its tag has an event after the version that was loaded', async () => {
    const { overtaken } = await courses();
    expect(await overtaken(change('c1', 15), change('c1', 12))).toMatchObject({ answer: { outcome: 'committed' }, appends: 2 });
    expect((await overtaken(change('c1', 20), change('c1', 20))).answer).toEqual(refused('same-capacity'));
  });
});
