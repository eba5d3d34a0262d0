import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection, AnySharedRows, SharedRows } from '../../../lib/core/projection.ts';
import type { Share } from '../../../lib/core/share.ts';
import { type EventOf, v1 } from '../../../lib/core/version.ts';
import { apply } from '../../../lib/engine/view/apply.ts';
import { evenness } from '../../../lib/engine/view/mend.ts';
import { totalOf } from '../../../lib/engine/view/parts.ts';
import { contributed } from '../../../lib/engine/view/shares.ts';
import type { MemoryView } from '../../../lib/testing/memory/view.ts';
import { sumOf } from '../../../lib/testing/sharing.ts';
import { commitOf } from '../store/commits.ts';

const spreadEvents = { Spread: v1(z.object({ rows: z.int(), amount: z.number() })), Ignored: v1(z.object({})) };
type SpreadEvent = EventOf<typeof spreadEvents>;
type Memory = Readonly<{ rows: number; amount: number; top: number }>;

/** Touches as many rows as an event says: more than one transaction takes, if need be. */
const spread: SharedRows<Memory, SpreadEvent> = {
  kind: 'shared-rows',
  name: 'spread',
  revision: 1,
  from: { category: 'spread', events: spreadEvents },
  may: ['operator'],
  initial: { rows: 0, amount: 0, top: 0 },
  on: {
    Spread: ({ top }, { data: { rows, amount } }) => {
      if (amount === 666) throw new Error('no amount is ever 666');
      return { rows, amount, top: Math.max(top, amount) };
    },
  },
  shares: ({ rows, amount, top }) => ({
    ...Object.fromEntries(
      Array.from({ length: rows }, (_, i) => [
        `row-${String(i).padStart(3, '0')}`,
        { sums: { amount }, members: { amounts: { [amount]: 1 } } },
      ]),
    ),
    ...(top > 0 && { top: { highest: { top } } }),
  }),
};
export const anySpread = spread as unknown as AnyProjection & AnySharedRows;

/** The history of one stream, a commit for each event. */
export const spreadHistory = (id: string, events: readonly Readonly<{ rows: number; amount: number }>[]): readonly Commit[] =>
  events.map((data, i) => commitOf(`spread-${id}`, i + 1, { events: [{ type: 'Spread', v: 1, data }] }));

/** The expected rows: a fold of each stream, and a sum over all. */
const sumOfFolds = (projection: AnyProjection & AnySharedRows, histories: readonly (readonly Commit[])[]) => {
  const shares = new Map<string, Share[]>();
  for (const history of histories.filter(({ length }) => length > 0)) {
    const { head } = apply(projection, undefined, history, '');
    for (const [row, share] of contributed(projection, head)) shares.set(row, [...(shares.get(row) ?? []), share]);
  }
  return new Map([...shares].map(([row, all]) => [row, sumOf(all)]));
};

const all = { limit: 10_000 };

/** Every row is what the folds come to, and what the heads of its own streams come to; and no other row is there. */
export const checkRows = async (
  view: MemoryView,
  projection: AnyProjection & AnySharedRows,
  histories: readonly (readonly Commit[])[],
): Promise<void> => {
  const expected = sumOfFolds(projection, histories);
  const { items } = await view.sharedRows(all);
  const came = new Map(items.map(({ row, parts }) => [row, totalOf(parts)?.total]));
  assert.deepEqual(Object.fromEntries(came), Object.fromEntries(expected));
  for (const row of came.keys()) {
    assert.deepEqual((await evenness({ projection, view }, row)).even, true, `the shares in ${row}`);
  }
};
