import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { account } from '../../domains/account/decider.ts';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountStatement } from '../../domains/account/projections/statement.ts';
import { accountTotals } from '../../domains/account/projections/totals.ts';
import { manifest } from '../../domains/index.ts';
import {
  type Call,
  command,
  type Decider,
  decider,
  defineManifest,
  type EventOf,
  fact,
  guarded,
  type Refusal,
  refuse,
  rowPerStream,
  type Source,
  v1,
} from '../../lib/index.ts';
import { item, sale, shop } from '../support/examples/sale.ts';

const events = { Opened: v1(z.object({ by: z.string() })) };
type Event = EventOf<typeof events>;
type Nothing = Record<never, never>;

const box = decider<{ open: boolean }, Event>()({
  category: 'box',
  events,
  commands: {
    Open: command(['user'], z.strictObject({ by: z.string().default('nobody') })),
    BreakOpen: command(['process'], z.strictObject({})),
  },
  initial: { open: false },
  unique: { sealNumber: () => undefined },
  decide: {
    Open: ({ open }, { by }, { id }) => (open ? refuse('already-open', { id }) : [{ type: 'Opened', data: { by } }]),
    BreakOpen: () => [],
  },
  evolve: { Opened: () => ({ open: true }) },
});

type CallsOf<D> = D extends Decider<infer _S, never, infer _E, string, infer Calls> ? Calls : never;

describe('the type of a decider', () => {
  it('has its category, and the commands that a caller may send with what they take and how they are refused', () => {
    expectTypeOf(box.category).toEqualTypeOf<'box'>();
    expectTypeOf<CallsOf<typeof box>>().toEqualTypeOf<{
      readonly Open: Call<
        { by?: string | undefined },
        Refusal<'already-open', { id: string }> | Refusal<'seal-number-taken', Nothing>
      >;
    }>();
  });

  it('has the reasons that helper functions refuse with', () => {
    type Withdraw = CallsOf<typeof account>['Withdraw'];
    expectTypeOf<Withdraw['refused']['refused']>().toEqualTypeOf<
      'account-not-open' | 'currency-mismatch' | 'insufficient-funds'
    >();
    expectTypeOf<keyof CallsOf<typeof account>>().toEqualTypeOf<'Open' | 'Deposit' | 'Withdraw' | 'Close'>();
  });
});

it('the type of a manifest has its categories and its views, also that of the instances of processes', () => {
  // Not all of them: a category or a view that is added is no change of this.
  type Categories = (typeof manifest)['aggregates'][number]['category'];
  type Names = (typeof manifest)['projections'][number]['name'];
  expectTypeOf<'account' | 'transfer'>().toExtend<Categories>();
  expectTypeOf<'account-balance' | 'suspicions' | 'event-log' | 'process-instances'>().toExtend<Names>();
  expectTypeOf<string>().not.toExtend<Categories>();
  expectTypeOf<string>().not.toExtend<Names>();
  expect(manifest.projections.map(({ name }) => name)).toContain('process-instances');
});

it('each maker of a view gives it its kind', () => {
  expect([accountBalance, accountStatement, accountTotals].map(({ kind }) => kind)).toEqual([
    'row-per-stream',
    'rows-per-commit',
    'shared-rows',
  ]);
});

it('a view that reads the events of an aggregate under another category is refused', () => {
  const source: Source<Event> = { category: 'bax', events };
  const boxes = rowPerStream<{ by: string }, Event>()({
    name: 'boxes',
    revision: 1,
    from: source,
    may: ['user'],
    on: { Opened: (_, { data }) => data },
  });
  expect(() => defineManifest({ aggregates: [box], projections: [boxes] })).toThrow(
    "boxes reads 'bax', and the aggregate with these events is 'box'.",
  );
});

describe('the facts of a command', () => {
  it('come to its decision in its context: one state for one id, a record for a list', () => {
    decider<{ sold: number }, Event>()({
      category: 'stall',
      events,
      initial: { sold: 0 },
      commands: {
        Sell: command(['user'], z.strictObject({ items: z.array(z.string()), shop: z.string() }), {
          facts: { item: guarded(item, ({ items }) => items), shop: fact(shop, ({ shop }) => shop) },
        }),
        Rest: command(['user'], z.strictObject({})),
      },
      decide: {
        Sell: (_, __, { facts }) => {
          expectTypeOf(facts).toEqualTypeOf<{
            readonly item: Readonly<Record<string, Readonly<{ price?: number }>>>;
            readonly shop: Readonly<{ closed: boolean }>;
          }>();
          return [];
        },
        // @ts-expect-error A command that declares no facts is given none.
        Rest: (_, __, { facts }) => (facts.shop ? [] : []),
      },
      evolve: { Opened: (state) => state },
    });
    // @ts-expect-error The data have no such field.
    command(['user'], z.strictObject({ shop: z.string() }), { facts: { shop: guarded(shop, ({ store }) => store) } });
  });

  it('are of aggregates that the manifest has', () => {
    const stated = { aggregates: [sale, item], projections: [] };
    expect(() => defineManifest(stated)).toThrow('sale: Note decides on the fact shop, but the manifest has no aggregate shop.');
    expect(defineManifest({ aggregates: [sale, item, shop], projections: [] }).aggregates).toHaveLength(3);
  });
});
