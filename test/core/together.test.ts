import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { Client } from '../../lib/client/index.ts';
import { type Also, also, command, decider, defineManifest, isPublic, v1 } from '../../lib/index.ts';
import { deciding } from '../../lib/testing/index.ts';
import { move, type moving, purse } from '../support/examples/purses.ts';

type Answers<C> = C extends { refused(error: unknown): error is infer R } ? R : never;

describe('the type of a client', () => {
  type Make = Answers<ReturnType<Client<typeof moving>['move']>['make']>;

  it('has the reasons of what goes along with a command, with the stream that refuses', () => {
    expectTypeOf<Make['reason']>().toEqualTypeOf<'made-already' | 'insufficient-funds' | 'not-open' | 'label-taken'>();
    type Insufficient = Extract<Make, { reason: 'insufficient-funds' }>['detail'];
    expectTypeOf<Insufficient['refusedBy']>().toEqualTypeOf<string>();
    expectTypeOf<Insufficient['balance']>().toEqualTypeOf<number>();
  });

  it('has none of those that only go along, and they have no route', () => {
    expectTypeOf<'open' | 'fill'>().toExtend<keyof ReturnType<Client<typeof moving>['purse']>>();
    expectTypeOf<'debit'>().not.toExtend<keyof ReturnType<Client<typeof moving>['purse']>>();
    expect(isPublic(['together', 'process'])).toBe(false);
  });

  it('takes no data that the other command does not take', () => {
    const schema = z.strictObject({ from: z.string() });
    // @ts-expect-error: `amount` is missing.
    command(['user'], schema, { together: [also(purse, 'Debit', ({ from }) => ({ id: from, data: {} }))] });
    // @ts-expect-error: there is no such command.
    command(['user'], schema, { together: [also(purse, 'Explode', ({ from }) => ({ id: from, data: {} }))] });
  });
});

describe('a manifest', () => {
  const events = { Rung: v1(z.object({})) };
  const bell = (...together: Also<unknown>[]) =>
    decider<object, { type: 'Rung'; data: object }>()({
      category: 'bell',
      events,
      initial: {},
      commands: { Ring: command(['user'], z.strictObject({}), { together: together as never }) },
      decide: { Ring: () => [{ type: 'Rung', data: {} }] },
      evolve: { Rung: (state) => state },
    });
  const faultsOf = (aggregates: Parameters<typeof defineManifest>[0]['aggregates']) => () =>
    defineManifest({ aggregates, projections: [] });

  it('takes what goes along only where it is declared for that, by an aggregate that it has, and takes nothing along itself', () => {
    const labels = bell(also(purse, 'Label', () => ({ id: 'a', data: { label: 'x' } })));
    expect(faultsOf([labels, purse])).toThrow(
      "bell: Ring takes Label of purse along, which is not declared for it: add 'together' to its `may`.",
    );
    const debits = bell(also(purse, 'Debit', () => ({ id: 'a', data: { amount: 1 } })));
    expect(faultsOf([debits])).toThrow('bell: Ring takes Debit of purse along, but the manifest has no aggregate purse.');
    const makes = bell(also(move, 'Make', () => ({ id: 'm', data: { from: 'a', to: ['b'], amount: 1 } })));
    expect(faultsOf([makes, move, purse])).toThrow(
      'bell: Ring takes Make of move along, which takes others along itself: name all of them in Ring.',
    );
    expect(faultsOf([debits, purse])).not.toThrow();
  });

  it('has no history for what goes along', () => {
    expect(faultsOf([{ ...purse, history: ['together'] } as never])).toThrow("cannot be for 'together'");
  });
});

describe('given, when, then', () => {
  const given = deciding(move);
  const opened = { type: 'PurseOpened', data: { owner: 'ada' } };
  const filled = { type: 'MoneyIn', data: { amount: 50 } };
  const make = (amount: number, to = ['b']) => ({ type: 'Make' as const, data: { from: 'a', to, amount } });
  const elsewhere = { 'purse-a': [opened, filled], 'purse-b': [opened] };

  it('decides what goes along as well', () => {
    const made = given().when(make(30), { elsewhere });
    made.then({ type: 'Moved', data: { from: 'a', to: ['b'], amount: 30 } });
    made.along({
      'purse-a': [{ type: 'MoneyOut', data: { amount: 30 } }],
      'purse-b': [{ type: 'MoneyIn', data: { amount: 30 } }],
    });
    given().when(make(51), { elsewhere }).rejected('insufficient-funds', { balance: 50, refusedBy: 'purse-a' });
    given()
      .when(make(5, ['c']), { elsewhere })
      .rejected('not-open', { refusedBy: 'purse-c' });
    given()
      .when(make(5, ['a']), { elsewhere })
      .rejected('unfit-together');
  });

  it('fails where something else goes along, or a stream is given to which nothing does', () => {
    const made = given().when(make(30), { elsewhere });
    expect(() => made.along({ 'purse-a': [{ type: 'MoneyOut', data: { amount: 30 } }] })).toThrow('purse-b');
    expect(() =>
      given()
        .when(make(51), { elsewhere })
        .then({ type: 'Moved', data: { from: 'a', to: ['b'], amount: 51 } }),
    ).toThrow('insufficient-funds');
  });
});
