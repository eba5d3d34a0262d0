import { describe, expect, it } from 'vitest';
import type { RowChange, ViewItem } from '../../../lib/engine/ports.ts';
import { pointerTo, withHomes } from '../../../lib/engine/view/kinds/homes.ts';
import { homeShard } from '../../../lib/engine/view/shares.ts';
import { written } from '../../../lib/engine/view/view-item.ts';
import { type MemoryView, memoryView } from '../../../lib/testing/ports.ts';

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
