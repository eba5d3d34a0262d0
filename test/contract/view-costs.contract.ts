import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { accountBalance } from '../../domains/account/projections/balance.ts';
import { accountStatement } from '../../domains/account/projections/statement.ts';
import { accountTotals } from '../../domains/account/projections/totals.ts';
import type { Observe } from '../../lib/aws/dynamo.ts';
import { eventLog } from '../../lib/core/event-log.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import type { View, ViewReader } from '../../lib/engine/ports.ts';
import { projectBatch } from '../../lib/engine/view/project.ts';
import { memoryClock, memoryLog, memoryStore } from '../../lib/testing/ports.ts';
import { commitOf } from '../support/store/commits.ts';
import { meter } from '../support/store/meter.ts';

const unindexed = { ...accountBalance, lists: undefined, owner: undefined };
const log = eventLog([account], { may: ['operator'] });

/** The write units of a commit of one event that is not a stream's first, for each kind of view; rows of under 1 KB. */
const costs: readonly (readonly [string, object, number])[] = [
  ['a row per stream', unindexed, 1],
  ['a row per stream, in the index by owner', { ...accountBalance, lists: undefined }, 2],
  ['a row per stream, in a list that its place stays in', { ...unindexed, lists: { 'by-status': { by: () => 'open' } } }, 2],
  [
    'a row per stream, in a list that it moves in',
    { ...unindexed, lists: { 'by-status': { sort: (row: { balance: number }) => String(row.balance) } } },
    3,
  ],
  ['many rows per stream: one row, and the head', { ...accountStatement, lists: undefined, owner: undefined }, 2],
  ['shared rows: one row, the share in it, and the head, in a transaction', accountTotals, 6],
  ['the event log: one row in four lists, and the head', log, 6],
];

/** The cost of views, on a database that counts units as DynamoDB does. */
export const viewCostsContract = (
  name: string,
  makeView: (observe: Observe, lists?: readonly string[]) => Promise<View & ViewReader>,
) =>
  describe(`costs of views: ${name}`, () => {
    it.each(costs)('%s', async (_, declared, units) => {
      const { observe, take } = meter();
      const projection = declared as unknown as AnyProjection;
      const view = await makeView(observe, Object.keys(projection.lists ?? {}));
      const stream = `account-${randomUUID()}`;
      const store = memoryStore();
      const apply = async (commit: number, type: string, data: object) => {
        const applied = commitOf(stream, commit, { events: [{ type, v: 1, data }], at: `2026-11-21T12:00:0${commit}.000Z` });
        await store.append(applied);
        take();
        const deliveries = [{ id: '1', delivered: { ...applied, types: [type] } }];
        expect(await projectBatch({ projection, store, view, clock: memoryClock(), log: memoryLog() }, deliveries)).toEqual([]);
        return take();
      };
      await apply(1, 'AccountOpened', { owner: randomUUID(), currency: 'EUR' });
      for (const commit of [2, 3]) {
        const cost = await apply(commit, 'MoneyDeposited', { amount: 5, currency: 'EUR' });
        // DynamoDB Local reports 4 units for any transaction of small items; AWS charges two for each of them.
        const unreported = name === 'DynamoDB Local' && projection.kind === 'shared-rows' ? 2 : 0;
        expect(cost.writeUnits).toBe(units - unreported);
        expect(cost).toMatchObject({ refusedWrites: 0, reads: 1, readUnits: 1 });
      }
    });
  });
