import { AssertionError } from 'node:assert';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type CommandOf, command, type Decider, refuse } from '../../lib/core/decider.ts';
import { type EventOf, v1 } from '../../lib/core/version.ts';
import { deciding } from '../../lib/testing/index.ts';
import { item, sale } from '../support/examples/sale.ts';

const events = { Lit: v1(z.object({ watts: z.int(), note: z.string().optional() })), Broke: v1(z.object({})) };
type LampEvent = EventOf<typeof events>;
const commands = {
  Light: command(['operator'], z.strictObject({ watts: z.int() })),
  Dim: command(['process'], z.strictObject({})),
};
type Lamp = Readonly<{ watts: number; history?: unknown }>;
type LampDecider = Decider<Lamp, CommandOf<typeof commands>, LampEvent>;

/** A lamp whose owner forgot something. */
const lamp = (over: { decide?: Partial<LampDecider['decide']>; evolve?: Partial<LampDecider['evolve']> } = {}): LampDecider => ({
  category: 'lamp',
  events,
  commands,
  initial: { watts: 0 },
  decide: {
    Light: ({ watts }, data) => (watts > 0 ? refuse('already-lit', { watts }) : [{ type: 'Lit', data }]),
    Dim: ({ watts }) => (watts > 0 ? [{ type: 'Lit', data: { watts: watts - 1 } }] : []),
    ...over.decide,
  },
  evolve: { Lit: (_, { watts }) => ({ watts }), Broke: () => ({ watts: 0 }), ...over.evolve },
});

const lit = (watts: number) => ({ type: 'Lit', data: { watts } }) as const;
const light = (watts: number) => ({ type: 'Light', data: { watts } }) as const;
const dim = { type: 'Dim', data: {} } as const;
const given = deciding(lamp());

const failureOf = (work: () => unknown): AssertionError => {
  try {
    work();
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
};

describe('given, when, then that holds', () => {
  it('says nothing', () => {
    given().when(light(40)).then(lit(40));
    given(lit(40)).when(light(60)).rejected('already-lit');
    given(lit(40)).when(light(60)).rejected('already-lit', { watts: 40 });
    given(lit(40)).when(dim).then(lit(39));
    given().when(dim).then();
    given().when(light(40)).retrySafe();
  });
});

describe('given, when, then that does not hold', () => {
  it('shows what was expected, what came, where they differ, and the state that led there', () => {
    const { message, actual, expected } = failureOf(() => given(lit(40)).when(light(60)).rejected('already-lit', { watts: 41 }));
    expect(message).toBe(
      [
        'lamp-1, when Light comes:',
        "  expected   { refused: 'already-lit', detail: { watts: 41 } }",
        "  came       { refused: 'already-lit', detail: { watts: 40 } }",
        '  differs    /detail/watts: 41 was expected, 40 came',
        "  command    { type: 'Light', data: { watts: 60 } }",
        '  state      { watts: 40 }',
        "  given      { type: 'Lit', data: { watts: 40 } }",
      ].join('\n'),
    );
    expect([actual, expected]).toEqual([
      { refused: 'already-lit', detail: { watts: 40 } },
      { refused: 'already-lit', detail: { watts: 41 } },
    ]);
  });

  it('points at the line of the expectation', () =>
    expect(
      failureOf(() => given().when(light(40)).then())
        .stack?.split('\n')
        .find((line) => line.includes('    at ')),
    ).toContain('deciding.test.ts'));

  it.each([
    ['another event', () => given().when(light(40)).then(lit(41))],
    ['one event too many', () => given().when(light(40)).then()],
    ['one event too few', () => given().when(light(40)).then(lit(40), lit(40))],
    ['a refusal where events were expected', () => given(lit(1)).when(light(40)).then(lit(40))],
    ['events where a refusal was expected', () => given().when(light(40)).rejected('already-lit')],
    ['another reason', () => given(lit(1)).when(light(40)).rejected('broken')],
    ['a valid command', () => given().when(light(40)).invalid()],
    ['another invalid field', () => given().when(light(0.5)).invalid('volts')],
    ['a command that its sender may send', () => given().when(light(40)).forbidden()],
  ])('fails on %s', (_, work) => expect(() => work()).toThrow(AssertionError));
});

describe('checks before the decider', () => {
  it('its schema', () => given().when(light(0.5)).invalid('watts'));
  it('the actors who may send it', () => {
    given()
      .when(light(40), { actor: { id: 'ada', kind: 'user', roles: [] } })
      .forbidden();
    given(lit(4))
      .when(dim, { actor: { id: 'op', kind: 'user', roles: ['operator'] } })
      .forbidden();
  });
});

describe('retry-safe', () => {
  it('is not what takes effect again, and the failure says what to do', () =>
    expect(failureOf(() => given(lit(40)).when(dim).retrySafe()).message).toMatch(
      /takes effect again\. Let the state remember.*\n.*expected {3}'a refusal, or no events'\n(.*\n)*.*after {6}\{ watts: 39 \}/,
    ));
  it('cannot be said of a command without effect', () =>
    expect(() => given(lit(40)).when(light(60)).retrySafe()).toThrow('no effect that a repeat could double'));
});

describe('tests that production would refuse', () => {
  const light40 = (over: Parameters<typeof lamp>[0]) => () => deciding(lamp(over))().when(light(40));

  it('an event that does not fit its stored format', () =>
    expect(light40({ decide: { Light: () => [{ type: 'Lit', data: { watts: 0.5 } }] } })).toThrow('does not fit its schema'));
  it('an event type without a stored format', () =>
    expect(light40({ decide: { Light: () => [{ type: 'Lighted', data: {} } as never] } })).toThrow('Lighted has no format'));
  it('an event of which the format drops something', () =>
    expect(light40({ decide: { Light: (_, data) => [{ type: 'Lit', data: { ...data, volts: 12 } as never }] } })).toThrow(
      'A decider made a Lit whose schema would drop /volts',
    ));
  it('an event that the format changes', () => {
    const changing = { ...events, Lit: v1(z.object({ watts: z.int(), note: z.string().trim().optional() })) };
    const decide = { Light: () => [{ type: 'Lit', data: { watts: 1, note: 'new ' } } as const] };
    expect(() => deciding({ ...lamp({ decide }), events: changing })().when(light(40))).toThrow(
      /Lit is not read back as what was stored.*\/note: 'new ' was expected/s,
    );
  });
  it('an event with data that no table takes', () =>
    expect(light40({ decide: { Light: () => [{ type: 'Lit', data: { watts: 1, note: new Date(0) } as never }] } })).toThrow(
      'Lit.data.note is of type Date',
    ));
  it('a history that could not have been stored', () => expect(() => given(lit(0.5))).toThrow('does not fit its schema'));
  it('a state that no snapshot can hold', () =>
    expect(light40({ evolve: { Lit: (state) => ({ ...state, history: new Map() }) } })).toThrow(
      'the state after Lit.history is of type Map',
    ));
  it('a state that is changed in place', () =>
    expect(light40({ evolve: { Lit: (state, { watts }) => Object.assign(state, { watts }) } })).toThrow('read only'));
  it('an expectation that is awaited instead of said', async () => {
    const forgotten = given().when(light(40)) as unknown as Promise<void>;
    await expect((async () => await forgotten)()).rejects.toThrow('never await it');
  });
});

describe('the facts that a command is decided on', () => {
  const given = deciding(sale);
  const sell = (...items: readonly string[]) => ({ type: 'Sell', data: { items, shop: 'main' } }) as const;
  const priced = (price: number) => ({ type: 'PriceSet', data: { price } }) as const;

  it('are the states after the events of their streams, and before any where a test gives none', () => {
    given()
      .facts({ 'item-tea': [priced(2), priced(3)], 'item-milk': [priced(1)] })
      .when(sell('tea', 'milk'))
      .then({ type: 'Sold', data: { prices: [3, 1] } });
    given().when(sell('tea')).rejected('not-for-sale', { item: 'tea' });
    given()
      .facts({ 'item-tea': [priced(2)], 'shop-main': [{ type: 'ShopClosed', data: {} }] })
      .when(sell('tea'))
      .rejected('closed');
  });

  it('are events that their own decider stores, of streams that the decider decides on', () => {
    expect(() => given().facts({ 'item-tea': [{ type: 'PriceSet', data: { price: 'two' } }] })).toThrow('PriceSet');
    expect(() => given().facts({ 'room-1': [] })).toThrow(
      "No command of sale decides on room-1: declare it in the command's `facts`.",
    );
    expect(() => deciding(item)().facts({ 'shop-main': [] })).toThrow('No command of item decides on shop-main');
  });
});
