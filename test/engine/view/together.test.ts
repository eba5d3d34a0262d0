import { expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { View, ViewItem } from '../../../lib/engine/ports.ts';
import { NotStorable } from '../../../lib/engine/store/storable.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { mergedChange } from '../../../lib/engine/view/shares.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { anySpread, checkRows, spreadHistory } from '../../support/examples/sharing.ts';

/** Each stream adds to one row, which `rows` names, by its amount. */
const shares = ({ rows, amount }: { rows: number; amount: number }) => ({ [`row-${rows}`]: { sums: { amount } } });
const projection = { ...anySpread, shares } as typeof anySpread;

const setUp = async (histories: readonly (readonly Commit[])[], change: (view: View) => Partial<View> = () => ({})) => {
  const [store, real] = [memoryStore(), memoryView()];
  for (const commit of histories.flat()) await store.append(commit);
  const written: string[][] = [];
  const read: string[] = [];
  const watched: View = {
    ...real,
    head: async (key) => {
      read.push(key);
      return real.head(key);
    },
    putShares: async (moves, changes) => {
      const put = await real.putShares(moves, changes);
      written.push([put === 'written' ? 'written' : 'not', ...moves.map(({ head }) => head.key)]);
      return put;
    },
  };
  const view = { ...real, ...watched, ...change(watched) };
  const project = (commits: readonly Commit[], given: AnyProjection = projection) =>
    projectBatch(
      { projection: given, store, view, clock: memoryClock(), log: memoryLog() },
      commits.map((commit) => ({ id: commit.stream, delivered: { ...commit, types: commit.events.map(({ type }) => type) } })),
    );
  return { real, project, written, read };
};
const histories = (rows: readonly number[]) => rows.map((row, i) => spreadHistory(`s${i}`, [{ rows: row, amount: i + 1 }]));

it('streams of a batch that have a row in common write together, and the others apart', async () => {
  const all = histories([1, 2, 1, 3, 2, 1]);
  const { real, project, written } = await setUp(all);
  expect(await project(all.flat())).toEqual([]);
  expect(written.toSorted()).toEqual([
    ['written', 's0', 's2', 's5'],
    ['written', 's1', 's4'],
    ['written', 's3'],
  ]);
  await checkRows(real, projection, all);
});

it('more streams than a transaction takes are written by several, one after the other', async () => {
  const all = histories(Array.from({ length: 23 }, () => 1));
  const { real, project, written } = await setUp(all);
  expect(await project(all.flat())).toEqual([]);
  expect(written.map(({ length }) => length - 1)).toEqual([10, 10, 3]);
  await checkRows(real, projection, all);
});

it('where one head has moved, that stream alone is read again, and the others are written without it', async () => {
  const all = histories([1, 1, 1]);
  let moves = 1;
  const { real, project, written, read } = await setUp(all, ({ putShares, putHead }) => ({
    putShares: async (put, changes) => {
      const other: ViewItem = { key: 's1', sort: 'head', stream: 'spread-s1', commit: 0, memory: projection.initial };
      if (moves-- > 0) await putHead(other, undefined);
      return putShares(put, changes);
    },
  }));
  expect(await project(all.flat())).toEqual([]);
  expect(written.map((each) => each.join(' '))).toEqual(['not s0 s1 s2', 'written s0 s2', 'written s1']);
  expect(read.toSorted()).toEqual(['s0', 's1', 's1', 's2']);
  await checkRows(real, projection, all);
});

it('where a row cannot take what one stream adds, that stream alone parks', async () => {
  const all = histories([1, 1, 1]);
  const { real, project } = await setUp(all, ({ putShares }) => ({
    putShares: async (moves, changes) => {
      if (moves.some(({ head }) => head.key === 's1')) throw new NotStorable('The row is full.');
      return putShares(moves, changes);
    },
  }));
  expect(await project(all.flat())).toEqual([]);
  expect((await real.head('s1'))?.parked?.reason).toContain('The row is full');
  await checkRows(real, projection, [all[0]!, all[2]!]);
});

it('a lost answer gives the batch back, and adds nothing twice', async () => {
  const all = histories([1, 1, 1]);
  let lost = 1;
  const { real, project } = await setUp(all, ({ putShares }) => ({
    putShares: async (moves, changes) => {
      const put = await putShares(moves, changes);
      if (lost-- > 0) throw new Error('The answer is lost.');
      return put;
    },
  }));
  expect(await project(all.flat())).toEqual(['spread-s0', 'spread-s1', 'spread-s2']);
  expect(await project(all.flat())).toEqual([]);
  await checkRows(real, projection, all);
});

it('a stream that fails does not keep the others of its batch waiting', async () => {
  const all = histories([1, 1, 1]);
  const { real, project } = await setUp(all, ({ head }) => ({
    head: async (key) => {
      if (key === 's1') throw new Error('The table does not answer.');
      return head(key);
    },
  }));
  expect(await project(all.flat())).toEqual(['spread-s1']);
  await checkRows(real, projection, [all[0]!, all[2]!]);
});

it('highest values that are too many for one expression are raised apart', () => {
  // A number takes six operators of the 300 that DynamoDB takes: it refuses 51 of them.
  const raising = (from: number, to: number) => ({
    ...{ row: 'row-1', shard: 0, listed: 'row/row-1', entering: [], add: { changes: 1 } },
    raise: Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`highest/n${from + i}`, i])),
  });
  expect(Object.keys(mergedChange([raising(0, 30), raising(10, 30)])?.raise ?? {})).toHaveLength(30);
  expect(mergedChange([raising(0, 26), raising(26, 51)])).toBeUndefined();
});
