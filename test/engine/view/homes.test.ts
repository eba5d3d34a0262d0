import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection, AnySharedRows } from '../../../lib/core/projection.ts';
import type { RowChange, ViewItem } from '../../../lib/engine/ports.ts';
import { pointerTo, withHomes } from '../../../lib/engine/view/kinds/homes.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { homeShard } from '../../../lib/engine/view/shares.ts';
import { written } from '../../../lib/engine/view/view-item.ts';
import { type MemoryView, memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { anySpread, checkRows, spreadHistory } from '../../support/examples/sharing.ts';

const initial = { balance: 0 };
const change: RowChange = { row: 'ada', shard: homeShard, listed: 'row/ada', entering: [], add: { changes: 1 }, raise: {} };
const headAt = (key: string, commit: number, home?: string): ViewItem => ({
  ...{ key, sort: 'head', stream: `account-${key}`, commit, memory: { balance: commit } },
  ...(home !== undefined && { home }),
});
const enter = async (table: MemoryView, key = '1') => {
  const head = headAt(key, 1, 'ada');
  expect(await table.putShares([{ head, before: undefined }], [change])).toBe('written');
  return written(head, undefined);
};

describe('a head that is at home in a row', () => {
  it('is found where it went while it was read', async () => {
    const table = memoryView();
    const first = await enter(table);
    const out = headAt('1', 2);
    const leaving = withHomes(
      {
        ...table,
        headIn: async (row, at) => {
          if ((await table.head('1'))?.home !== undefined) await table.putShares([{ head: out, before: first }], [change]);
          return table.headIn(row, at);
        },
      },
      { initial },
    );
    expect(await leaving.head('1')).toStrictEqual(written(out, first));
  });

  it('counts as lost only where its place still says so, and is in front of all commits then', async () => {
    const table = memoryView();
    const first = await enter(table);
    const broken = withHomes({ ...table, headIn: async () => undefined }, { initial });
    const { home: _, ...pointer } = pointerTo(first);
    expect(await broken.head('1')).toStrictEqual({ ...pointer, memory: initial });
    // It is written over the pointer.
    expect(await broken.putHead(headAt('1', 1), await broken.head('1'))).toBe('written');
    expect(await table.head('1')).toStrictEqual({ ...headAt('1', 1), writes: 2 });
  });

  it('is never handed back as what its place has', async () => {
    const table = memoryView();
    const view = withHomes(table, { initial });
    const first = await enter(table);
    expect(await view.putHead(headAt('1', 5), undefined)).toEqual({ there: undefined });
    expect(await view.putShares([{ head: headAt('1', 5), before: undefined }], [])).toEqual({
      moved: new Map([['1', undefined]]),
    });
    expect(await view.putHead(headAt('1', 5), { ...first, writes: 9 })).toEqual({ there: first });
    expect(await view.putHead(headAt('1', 5), first)).toBe('written');
    expect(await view.head('1')).toStrictEqual(written(headAt('1', 5), first));
  });

  it('is not asked for again in a row that was full', async () => {
    const table = memoryView();
    let asked = 0;
    const view = withHomes(
      {
        ...table,
        putShares: (moves, changes) => {
          asked += 1;
          return table.putShares(moves, changes);
        },
      },
      { initial },
    );
    for (let i = 0; i < 8; i++) await enter(table, `s${i}`);
    for (const key of ['a', 'b', 'c'])
      expect(await view.putShares([{ head: headAt(key, 1, 'ada'), before: undefined }], [change])).toBe('full');
    expect(asked).toBe(1);
    // Those that are in it go on.
    const there = await view.head('s1');
    expect(await view.putShares([{ head: headAt('s1', 2, 'ada'), before: there }], [change])).toBe('written');
  });
});

type Memory = Readonly<{ rows: number; amount: number }>;

/** Plays the first commits of all streams, then the second, and so on: each round as one batch. */
const played = async (shares: (memory: Memory) => object, histories: readonly (readonly Commit[])[]) => {
  const projection = { ...anySpread, headsInRows: true, shares } as unknown as AnyProjection & AnySharedRows;
  const [store, table] = [memoryStore(), memoryView()];
  const view = withCursors(projection, table);
  for (const round of histories[0]!.keys()) {
    for (const history of histories) await store.append(history[round]!);
    const batch = histories.map((history, i) => ({ id: String(i), delivered: { ...history[round]!, types: ['Spread'] } }));
    const projecting = { projection, store, view, clock: memoryClock(), log: memoryLog() };
    expect(await projectBatch(projecting, batch)).toEqual([]);
  }
  await checkRows(view, projection, histories);
  return table;
};

describe('heads that leave their rows', () => {
  it('leave as many rows as they are in one transaction, beside those that they enter', async () => {
    const amounts = Array.from({ length: 10 }, (_, i) => i + 1);
    // Nine rows for each, one of which is common to all: the home of each is in none of the changes.
    const shares = ({ rows, amount }: Memory) => ({
      [`home-${amount}`]: { sums: { amount } },
      ...(rows > 1 && { all: { counts: { n: 1 } } }),
      ...Object.fromEntries(Array.from({ length: rows - 1 }, (_, i) => [`of-${amount}-${i}`, { counts: { n: 1 } }])),
    });
    const histories = amounts.map((amount) =>
      spreadHistory(`s${amount}`, [
        { rows: 1, amount },
        { rows: 9, amount },
      ]),
    );
    const table = await played(shares, histories);
    expect((await table.head('s1'))?.home).toBeUndefined();
  });

  it('leave for a highest value, which is in no item that heads are in: a repair could not take it away there', async () => {
    const shares = ({ rows, amount }: Memory) => ({
      one: { sums: { amount }, ...(rows > 1 && { highest: { amount } }) },
    });
    const history = spreadHistory('s1', [
      { rows: 1, amount: 5 },
      { rows: 1, amount: 6 },
      { rows: 2, amount: 7 },
    ]);
    const table = await played(shares, [history]);
    const parts = await table.parts('one');
    expect(parts.map(({ shard, highest }) => [shard === homeShard, highest]).toSorted()).toEqual([
      [false, { 'highest/amount': 7 }],
      [true, {}],
    ]);
  });
});
