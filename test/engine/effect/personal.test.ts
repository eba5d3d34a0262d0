import { expect, it } from 'vitest';
import * as z from 'zod';
import { storedEvents } from '../../../lib/core/commit.ts';
import type { AdapterOutcome } from '../../../lib/core/effect/adapter.ts';
import { effectDecider, performanceStream } from '../../../lib/core/effect/decider.ts';
import { type AnyEffect, effect } from '../../../lib/core/effect/effect.ts';
import { effectFaults } from '../../../lib/core/effect/faults.ts';
import { personal, Unsealed } from '../../../lib/core/personal/personal.ts';
import { partsOf, type Sealed, sealedOf } from '../../../lib/core/personal/sealed.ts';
import { v1 } from '../../../lib/core/version.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import { attendPerformance, type Performing } from '../../../lib/engine/effect/attend.ts';
import { opened } from '../../../lib/engine/personal/open.ts';
import { sealCommit } from '../../../lib/engine/personal/seal.ts';
import { memoryCircuits, memoryLater, memoryPace } from '../../../lib/testing/memory/effect.ts';
import { memoryBox, memorySubjectKeys } from '../../../lib/testing/memory/personal.ts';
import { sendMail } from '../../support/apps/customer/mailing.ts';
import { asks, instanceOver, memoryTable, robot } from '../../support/examples/commanding.ts';

/** Looks a person up, and answers what it finds. */
const lookUp = effect({
  name: 'lookUp',
  input: v1(z.object({ person: z.string() })),
  answer: v1(z.object({ person: z.string(), phone: personal(z.string(), { of: 'person' }), plan: z.enum(['basic', 'gold']) })),
  timeout: { seconds: 2 },
  giveUp: { seconds: 30 },
});

const to = 'marked@example.com';

/** A performance that was asked for, and what its adapter is called with. */
const asked = async (of: AnyEffect, input: object, answer: (input: unknown) => Promise<AdapterOutcome>) => {
  const table = memoryTable();
  const [keys, box, circuits, later] = [memorySubjectKeys(), memoryBox(), memoryCircuits(), memoryLater()];
  const stream = performanceStream(of, 'mailing', 'c1', 1);
  const calls: unknown[] = [];
  const own = instanceOver(table, { decider: effectDecider(of), personal: { keys, box } });
  const performing: Performing = {
    ...{ effect: of, own, circuits, later, pace: memoryPace(), opening: { keys, box } },
    provider: {
      call: async ({ input: given }) => {
        calls.push(given);
        return answer(given);
      },
    },
  };
  const sealed = async (value: string) => {
    const data = { value: new Unsealed(value, {}) };
    const at = { stream: 'customer-c1', commit: 1, version: 1, events: [{ type: 'CustomerRegistered', v: 1, data }] };
    const made = await sealCommit(
      { keys, box },
      { ...at, command: '', at: '', meta: { actor: '', correlation: '', causation: '' } },
      () => 'c1',
    );
    return ('commit' in made ? (storedEvents(made.commit)[0]!.data as { value: Sealed }).value : undefined) as Sealed;
  };
  const fields = Object.entries(input).map(async ([name, value]) => [
    name,
    name === 'kind' || name === 'person' ? value : await sealed(value),
  ]);
  const data = {
    instance: 'mailing-c1',
    number: 1,
    correlation: 'c-1',
    input: { v: 1, data: Object.fromEntries(await Promise.all(fields)) },
  };
  await handleCommand(own, asks('Perform', data, { stream, actor: robot, id: 'process/mailing-c1/1/1' }));
  const events = () =>
    table.store
      .stored()
      .flatMap((commit) => storedEvents(commit))
      .filter(({ type }) => type !== 'EffectRequested' && type !== 'EffectTried');
  const kept = () => JSON.stringify([table.store.stored(), table.log.lines, later.waiting(), [...circuits.all()]]);
  return { performing, keys, box, table, calls, events, kept, circuits, perform: () => attendPerformance(performing, stream) };
};
const mails = (answer: (input: unknown) => Promise<AdapterOutcome>) =>
  asked(sendMail, { to, name: 'Ada MARKED', kind: 'welcome' }, answer);
const secret = /marked|MARKED/;

it('an effect is given the fields opened that it declares, and nothing else, and keeps nothing of it', async () => {
  const { perform, calls, events, kept } = await mails(async () => ({ done: { message: 'm1' } }));
  await perform();
  expect(calls).toEqual([{ to, name: expect.objectContaining({ of: 'c1' }), kind: 'welcome' }]);
  expect(events()).toMatchObject([{ type: 'EffectAnswered', data: { answer: { data: { message: 'm1' } } } }]);
  expect(kept()).not.toMatch(secret);
});

it('an effect whose person was erased is given the mark, and may refuse', async () => {
  const { perform, keys, calls, events } = await mails(async () => ({ refused: 'customer-erased' }));
  await keys.erase('c1');
  await perform();
  expect(calls).toMatchObject([{ to: { erased: true } }]);
  expect(events()).toMatchObject([{ type: 'EffectRefused', data: { reason: 'customer-erased' } }]);
});

it.each<[string, () => AdapterOutcome, object]>([
  [
    'an error that quotes it',
    () => {
      throw Object.assign(new TypeError(`No mail to ${to}.`), { code: 'ECONNRESET', status: 503 });
    },
    {
      type: 'EffectFailed',
      data: { why: 'TypeError ECONNRESET 503: its message is not kept, since sendMail holds personal values.' },
    },
  ],
  [
    'an error that is named by it',
    () => {
      throw Object.assign(new Error(), { name: to, code: to });
    },
    { type: 'EffectFailed', data: { why: expect.stringContaining('Thrown: ') } },
  ],
  [
    'a detail with it',
    () => ({ refused: 'no-such-address', detail: { to } }),
    { type: 'EffectRefused', data: { reason: 'no-such-address' } },
  ],
  ['a reason that quotes it', () => ({ refused: `no ${to}` }), { type: 'EffectRefused', data: { reason: 'refused' } }],
  [
    'an answer that does not fit',
    () => ({ done: { message: 5, [to]: to } }),
    { type: 'EffectFailed', data: { why: expect.stringContaining('(invalid_type)') } },
  ],
])('an opened value is not kept: %s', async (_, say, event) => {
  const { perform, events, kept } = await mails(async () => say());
  await perform();
  expect(events()).toMatchObject([event]);
  expect(kept()).not.toMatch(secret);
});

it('a value that does not open is a failed try without a call, which opens no circuit', async () => {
  const { performing, calls, events, circuits } = await mails(async () => ({ done: { message: 'm1' } }));
  const { box } = performing.opening!;
  const other = { ...performing, opening: { box, keys: { privateHalf: async () => undefined } } };
  await attendPerformance(other, performanceStream(sendMail, 'mailing', 'c1', 1));
  expect([calls, events(), [...circuits.all()]]).toMatchObject([
    [],
    [{ type: 'EffectFailed', data: { why: expect.stringContaining('CannotOpen: ') } }],
    [],
  ]);
});

it("an answer's personal values are sealed before it is stored, and the process is given them sealed", async () => {
  const { perform, keys, box, events, kept } = await asked(lookUp, { person: 'ada' }, async () => ({
    done: { person: 'ada', phone: '0699 MARKED', plan: 'gold' },
  }));
  await perform();
  const [event] = events();
  expect(event!.type).toBe('EffectAnswered');
  const { data } = (event!.data as { answer: { data: { phone: Sealed } } }).answer;
  const { phone } = data;
  expect(phone).toMatchObject({ of: 'ada', at: ['lookUpEffect-mailing.c1.1/3', 'EffectAnswered', '/answer/data/phone'] });
  expect(lookUp.answer.parse(data, 1).phone).toEqual(phone);
  expect(await opened({ keys, box }, phone)).toBe('0699 MARKED');
  await expect(
    opened(
      { keys, box },
      sealedOf({ ...partsOf(phone), at: ['lookUpEffect-mailing.c2.1/3', 'EffectAnswered', '/answer/data/phone'] }),
    ),
  ).rejects.toThrow('does not open');
  expect(kept()).not.toMatch(secret);
});

it('an answer about a person who was erased meanwhile ends as a refusal', async () => {
  const { perform, keys, events } = await asked(lookUp, { person: 'ada' }, async () => {
    await keys.erase('ada');
    return { done: { person: 'ada', phone: '0699 MARKED', plan: 'gold' } };
  });
  await perform();
  expect(events()).toMatchObject([{ type: 'EffectRefused', data: { reason: 'subject-erased', detail: { subject: 'ada' } } }]);
});

it('an effect declares what it can open, and whose its answers are', () => {
  expect(effectFaults(sendMail as never)).toEqual([]);
  expect(effectFaults({ ...sendMail, opens: ['kind'] } as never)).toEqual([
    "sendMail opens 'kind', which is no field of its input with personal values: declare them by personal().",
  ]);
  const nobodys = { ...lookUp, answer: v1(z.object({ phone: personal(z.string()) })) };
  expect(effectFaults(nobodys as never)).toEqual([expect.stringContaining('has no subject')]);
});
