import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountStatement } from '../../domains/account/projections/statement.ts';
import { accountTotals } from '../../domains/account/projections/totals.ts';
import type { Observe } from '../../lib/aws/client/dynamo.ts';
import { systemClock } from '../../lib/aws/system.ts';
import { eventLog } from '../../lib/core/event-log.ts';
import { type AnyProjection, rowKey } from '../../lib/core/projection.ts';
import type { View, ViewReader } from '../../lib/engine/ports.ts';
import { keepingHeads } from '../../lib/engine/view/kept-heads.ts';
import { withCursors } from '../../lib/engine/view/kinds/index.ts';
import { totalOf } from '../../lib/engine/view/parts.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import { memoryClock, memoryLog, memoryStore } from '../../lib/testing/ports.ts';
import { commitOf } from '../support/store/commits.ts';
import { type Cost, meter } from '../support/store/meter.ts';

const unindexed = { ...accountBalance, lists: undefined, owner: undefined };
const keysOnly = { keysOnly: true } as const;
const deposit = ['MoneyDeposited', { amount: 5, currency: 'EUR' }] as const;
/** As the statement was, with a row of its own beside the head. */
const entered = {
  ...accountStatement,
  kind: 'rows-per-stream',
  on: Object.fromEntries(
    Object.entries(accountStatement.on).map(([type, on]) => [
      type,
      (memory: never, event: never) => {
        const { memory: after, rows = [] } = on(memory, event);
        return { memory: after, rows: Object.fromEntries(rows.map((row) => [rowKey(row.version), row])) };
      },
    ]),
  ),
};
const log = eventLog([account], { may: ['operator'] });
/** The same, of commits that follow on each other under one correlation. */
const running = { ...log };

/** The write units, and the requests, of a commit of one event that follows on the last, for each kind of view; rows of under 1 KB. */
const costs: readonly (readonly [string, object, number, number])[] = [
  ['a row per stream', unindexed, 1, 1],
  ['a row per stream, in the index by owner', { ...accountBalance, byOwner: undefined, lists: undefined }, 2, 1],
  ['a row per stream, in a list that its place stays in', { ...unindexed, lists: { 'by-status': { by: () => 'open' } } }, 2, 1],
  [
    'a row per stream, in a list that it moves in',
    { ...unindexed, lists: { 'by-status': { sort: (row: { balance: number }) => String(row.balance) } } },
    3,
    1,
  ],
  ['a row per stream, in the index by owner, of keys only', { ...accountBalance, byOwner: keysOnly, lists: undefined }, 1, 1],
  [
    'a row per stream, in a list of keys only that its place stays in',
    { ...unindexed, lists: { 'by-status': { by: () => 'open', ...keysOnly } } },
    1,
    1,
  ],
  [
    'a row per stream, in a list of keys only that it moves in',
    { ...unindexed, lists: { 'by-status': { sort: (row: { balance: number }) => String(row.balance), ...keysOnly } } },
    3,
    1,
  ],
  ['many rows per stream: one row, and the head', entered, 2, 2],
  ['rows per commit: one item', accountStatement, 1, 1],
  ['shared rows: one row, and the head, in a transaction', { ...accountTotals, headsInRows: false }, 4, 1],
  ['shared rows: one row, with the head in it', accountTotals, 1, 1],
  ['the event log: one row, in the list by correlation', log, 2, 1],
  ['the event log: one row, where a run goes on', running, 1, 1],
  ['the event log with a list more', eventLog([account], { may: ['operator'], lists: ['by-day'] }), 3, 1],
];

/** A stream that enters a shared row is noted under it first. */
const notes = ({ kind }: AnyProjection) => Number(kind === 'shared-rows');

const unasked = { read: () => Promise.reject(new Error('A commit that follows on the last is read from nowhere.')) };

/** An instance of a view's function, which applies a stream's commits one by one and answers the cost of each. */
const instance = (projection: AnyProjection, view: View & ViewReader, stream: string, take: () => Cost) => {
  const kept = keepingHeads(withCursors(projection, view), memoryClock());
  return async (commit: number): Promise<Cost> => {
    const [type, data] = commit === 1 ? (['AccountOpened', { owner: 'ada', currency: 'EUR' }] as const) : deposit;
    const correlation = (projection as unknown) === running ? 'c-1' : `c-${commit}`;
    const applied = commitOf(stream, commit, {
      events: [{ type, v: 1, data }],
      at: `2026-11-21T12:00:0${commit}.000Z`,
      meta: { actor: 'ada', correlation, causation: 'r-1' },
    });
    take();
    const projecting = { projection, store: { ...memoryStore(), ...unasked }, ...kept, clock: memoryClock(), log: memoryLog() };
    expect(await projectBatch(projecting, [{ id: '1', delivered: { ...applied, types: [type] } }])).toEqual([]);
    return take();
  };
};

/** The cost of views, on a database that counts units as DynamoDB does. */
export const viewCostsContract = (
  name: string,
  makeView: (observe: Observe, projection?: AnyProjection) => Promise<View & ViewReader>,
) =>
  describe(`costs of views: ${name}`, () => {
    it.each(costs)('a commit projected warm: %s', async (_, declared, units, requests) => {
      const { observe, take } = meter();
      const projection = declared as unknown as AnyProjection;
      const view = await makeView(observe, projection);
      const apply = instance(projection, view, `account-${randomUUID()}`, take);
      expect(await apply(1)).toMatchObject({ requests: requests + notes(projection), reads: 0, refusedWrites: 0 });
      for (const commit of [2, 3]) {
        const cost = await apply(commit);
        expect(cost.writeUnits).toBe(units);
        expect(cost).toMatchObject({ requests, refusedWrites: 0, reads: 0, readUnits: 0 });
      }
    });

    it.each([
      ['a row per stream', accountBalance],
      ['shared rows', { ...accountTotals, headsInRows: false }],
      ['shared rows, with the head in the row', accountTotals],
    ])('a lost race hands back the head, which is not read: %s', async (_, declared) => {
      const { observe, take } = meter();
      const projection = declared as unknown as AnyProjection;
      const view = await makeView(observe, projection);
      const stream = `account-${randomUUID()}`;
      const [one, other] = [instance(projection, view, stream, take), instance(projection, view, stream, take)];
      await one(1);
      // The other instance takes the stream for new, and finds that all is done.
      expect(await other(1)).toMatchObject({ requests: 1 + notes(projection), reads: 0, refusedWrites: 1 });
      const whole = withCursors(projection, view);
      const head = await whole.head(stream.slice('account-'.length));
      await whole.putHead(head!, head);
      take();
      expect(await one(2)).toMatchObject({ requests: 2, reads: 0, refusedWrites: 1 });
    });

    const inRows = accountTotals as unknown as AnyProjection;
    const apart = { ...inRows, headsInRows: false } as AnyProjection;
    /** Accounts of one owner that are open in the view, and a delivery of the next deposit of each. */
    const openAccounts = async (totals: AnyProjection, table: View & ViewReader, owner: string, count: number) => {
      const view = withCursors(totals, table);
      const store = memoryStore();
      const projecting = { projection: totals, store, ...keepingHeads(view, systemClock), clock: systemClock, log: memoryLog() };
      const deliveriesOf = async (commit: number, type: string, data: object) =>
        Promise.all(
          Array.from({ length: count }, async (_, i) => {
            const applied = commitOf(`account-${owner}.${i}`, commit, {
              events: [{ type, v: 1, data }],
              at: `2026-11-21T12:00:0${commit}.000Z`,
            });
            await store.append(applied);
            return { id: String(i), delivered: { ...applied, types: [type] } };
          }),
        );
      expect(await projectBatch(projecting, await deliveriesOf(1, 'AccountOpened', { owner, currency: 'EUR' }))).toEqual([]);
      return { projecting, next: await deliveriesOf(2, 'MoneyDeposited', { amount: 5, currency: 'EUR' }) };
    };
    const balanceOf = async (view: View & ViewReader, owner: string) => totalOf(await view.parts(owner))?.total.sums;

    it('ten streams of a batch that add to one shared row: 2.2 units a commit, and one request', async () => {
      const { observe, take } = meter();
      const view = await makeView(observe);
      const owner = randomUUID();
      const { projecting, next } = await openAccounts(apart, view, owner, 10);
      take();
      expect(await projectBatch(projecting, next)).toEqual([]);
      const cost = take();
      expect(cost).toMatchObject({ requests: 1, writes: 1, refusedWrites: 0 });
      // Ten heads and one part: AWS charges two units for each of them, and DynamoDB Local reports about half of that.
      if (name !== 'DynamoDB Local') expect(cost.writeUnits).toBe(22);
      expect(await balanceOf(view, owner)).toEqual({ EUR: 50 });
    });

    it('five streams of a batch whose heads are in the row that they add to: one unit for all, and one request', async () => {
      const { observe, take } = meter();
      const view = await makeView(observe);
      const owner = randomUUID();
      const { projecting, next } = await openAccounts(inRows, view, owner, 5);
      take();
      expect(await projectBatch(projecting, next)).toEqual([]);
      expect(take()).toMatchObject({ requests: 1, writes: 1, refusedWrites: 0, reads: 0, writeUnits: 1 });
      expect(await balanceOf(view, owner)).toEqual({ EUR: 25 });
    });

    it.each([
      ['apart', apart],
      ['in the row, as far as they go there', inRows],
    ])(
      '32 streams that add to one shared row at once, in four batches: nothing goes back to the queue, heads %s',
      async (_, totals) => {
        const { observe, take } = meter();
        const view = await makeView(observe);
        const owner = randomUUID();
        const { projecting, next } = await openAccounts(totals, view, owner, 32);
        take();
        const batches = Array.from({ length: 4 }, (_, i) => next.slice(i * 8, (i + 1) * 8));
        expect(await Promise.all(batches.map((batch) => projectBatch(projecting, batch)))).toEqual([[], [], [], []]);
        const { writes, reads } = take();
        expect(reads).toBe(0);
        // One for each batch, and some more where two of them met on a part.
        expect(writes).toBeGreaterThanOrEqual(4);
        expect(writes).toBeLessThan(20);
        expect(await balanceOf(view, owner)).toEqual({ EUR: 160 });
      },
    );
  });
