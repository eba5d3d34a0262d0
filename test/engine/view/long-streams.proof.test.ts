import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { Store, View } from '../../../lib/engine/ports.ts';
import { NotStorable } from '../../../lib/engine/store/storable.ts';
import { rowsPerCommit } from '../../../lib/engine/view/kinds/kind.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { type Projecting, rowsAtOnce } from '../../../lib/engine/view/projecting.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { bagOf, entries, sums } from '../../support/examples/bag.ts';
import { anySpread, checkRows, spreadHistory } from '../../support/examples/sharing.ts';

const deliver = (commit: Commit) => [{ id: '1', delivered: { ...commit, types: commit.events.map(({ type }) => type) } }];
const setUp = async (projection: AnyProjection, history: readonly Commit[], pageBytes = 1_000) => {
  const [store, view] = [memoryStore({ pageBytes }), memoryView()];
  for (const commit of history) await store.append(commit);
  const projecting: Projecting = { projection, store, view, clock: memoryClock(), log: memoryLog() };
  return { store, view, projecting, last: history.at(-1)! };
};
const numbers = Array.from({ length: 120 }, (_, i) => i);
const bag = bagOf(
  'a',
  numbers.map((n) => [n]),
);
const spread = spreadHistory(
  'a',
  numbers.slice(0, 60).map((n) => ({ rows: n % 15 === 0 ? 60 : 1 + (n % 5), amount: n + 1 })),
);

describe.each([
  ['a row per stream', sums as AnyProjection, bag],
  ['many rows per stream', entries as AnyProjection, bag],
  ['shared rows', anySpread as AnyProjection, spread],
])('a catch-up over many pages: %s', (_, projection, history) => {
  it.each([1, 2, 3])('gets through although each try is cut off after %i reads', async (reads) => {
    const { store, view, projecting, last } = await setUp(projection, history);
    let pages = 0;
    const counted: Store['read'] = async (...given) => {
      pages += 1;
      return store.read(...given);
    };
    await projectBatch({ ...projecting, view: memoryView(), store: { ...store, read: counted } }, deliver(last));
    expect(pages).toBeGreaterThan(8);
    let [tries, at] = [0, -1];
    for (; ((await view.head('a'))?.commit ?? 0) < history.length; tries++) {
      const there = (await view.head('a'))?.commit ?? 0;
      expect(there, 'it keeps what the try before has done').toBeGreaterThan(at);
      at = there;
      let left = reads;
      const read: Store['read'] = async (...given) => {
        if (left-- === 0) throw new Error('the function ran out of time');
        return store.read(...given);
      };
      await projectBatch({ ...projecting, store: { ...store, read } }, deliver(last));
    }
    expect(tries).toBeLessThanOrEqual(Math.ceil(pages / reads) + 1);
    const whole = await setUp(projection, history, 1_000_000);
    await projectBatch(whole.projecting, deliver(last));
    const shown = (table: typeof view) =>
      table
        .items()
        .map(({ key, sort, row, memory }) => ({ key, sort, row, memory }))
        .toSorted((a, b) => (`${a.key} ${a.sort}` < `${b.key} ${b.sort}` ? -1 : 1));
    expect(shown(view)).toEqual(shown(whole.view));
    if (projection.kind === 'shared-rows') await checkRows(view, projection, [history]);
  });

  it('is written once, where it is as long as one page at most', async () => {
    const { view, projecting, last } = await setUp(projection, history, 1_000_000);
    await projectBatch(projecting, deliver(last));
    expect((await view.head('a'))?.writes).toBeLessThanOrEqual(projection.kind === 'shared-rows' ? 2 : 1);
  });
});

describe('a commit of many rows', () => {
  const many = (rows: number) => bagOf('a', [Array.from({ length: rows }, (_, i) => i), [1]]);
  /** A view that tells how many rows were put at the same time. */
  const watched = (view: Projecting['view']) => {
    const seen = { running: 0, most: 0 };
    const putRow: View['putRow'] = async (...given) => {
      seen.running += 1;
      seen.most = Math.max(seen.most, seen.running);
      await new Promise(setImmediate);
      const put = await view.putRow(...given);
      seen.running -= 1;
      return put;
    };
    return { view: { ...view, putRow }, seen };
  };

  it('is written a few at a time, live and by a refold', async () => {
    const { view, projecting, last } = await setUp(entries as AnyProjection, many(366), 1_000_000);
    const live = watched(view);
    expect(await projectBatch({ ...projecting, view: live.view }, deliver(last))).toEqual([]);
    expect(live.seen.most).toBe(rowsAtOnce);
    const anew = watched(view);
    await refold({ ...projecting, view: { ...view, ...anew.view } }, last.stream);
    expect(anew.seen.most).toBe(rowsAtOnce);
    expect((await view.rowsOf('a', { limit: 1_000, direction: 'oldest-first' })).items).toHaveLength(366);
  });

  it.each([
    ['many rows per stream', entries as AnyProjection, many(rowsPerCommit), many(rowsPerCommit + 1)],
    [
      'shared rows',
      anySpread as AnyProjection,
      spreadHistory('a', [{ rows: rowsPerCommit - 1, amount: 1 }]),
      spreadHistory('a', [{ rows: rowsPerCommit, amount: 1 }]),
    ],
  ])('is taken up to the limit, and beyond it parks its stream and says why: %s', async (_, projection, most, tooMany) => {
    const taken = await setUp(projection, most, 1_000_000);
    expect(await projectBatch(taken.projecting, deliver(taken.last))).toEqual([]);
    expect(await taken.view.head('a')).not.toHaveProperty('parked');
    const beyond = await setUp(projection, tooMany, 1_000_000);
    expect(await projectBatch(beyond.projecting, deliver(beyond.last))).toEqual([]);
    expect(await beyond.view.head('a')).toMatchObject({
      commit: 0,
      parked: {
        commit: 1,
        reason: expect.stringContaining(`changes ${rowsPerCommit + 1} rows of this view; the limit is ${rowsPerCommit}`),
      },
    });
    expect(beyond.view.items().filter(({ sort }) => sort !== 'head')).toEqual([]);
  });

  it('is held in portions, however many commits of many rows there are', async () => {
    const { view, projecting } = await setUp(
      entries as AnyProjection,
      bagOf(
        'a',
        numbers.map((n) => numbers.map((m) => n * 1_000 + m)),
      ),
      10_000_000,
    );
    let [since, most] = [0, 0];
    const putRow: View['putRow'] = async (...given) => {
      since += 1;
      most = Math.max(most, since);
      return view.putRow(...given);
    };
    const putHead: View['putHead'] = async (...given) => {
      since = 0;
      return view.putHead(...given);
    };
    await projectBatch(
      { ...projecting, view: { ...view, putRow, putHead } },
      deliver(
        bagOf(
          'a',
          numbers.map(() => [1]),
        ).at(-1)!,
      ),
    );
    expect(most).toBeLessThanOrEqual(1_000 + numbers.length);
    expect((await view.head('a'))?.commit).toBe(numbers.length);
  });
});

describe('a stream of shared rows whose row cannot take more', () => {
  it('is not parked where another has moved its cursor meanwhile, at whichever commit', async () => {
    const history = spreadHistory('a', [
      { rows: 2, amount: 5 },
      { rows: 3, amount: 7 },
    ]);
    for (const refolded of [false, true]) {
      const { view, projecting, last } = await setUp(anySpread, history);
      await projectBatch(
        { ...projecting, store: { ...projecting.store, read: async () => ({ commits: history.slice(0, 1) }) } },
        deliver(history[0]!),
      );
      let puts = 0;
      const putShares: View['putShares'] = async (...given) => {
        if (puts++ > 0) return view.putShares(...given);
        // Another function has completed it, so this one's pending write no longer matters.
        if (refolded) await view.putHead((await view.head('a'))!, await view.head('a'));
        else await projectBatch(projecting, deliver(last));
        throw new NotStorable('A row cannot take what is added.');
      };
      expect(await projectBatch({ ...projecting, view: { ...view, putShares } }, deliver(last))).toEqual([]);
      expect(await view.head('a')).not.toHaveProperty('parked');
      expect(await view.head('a')).toMatchObject({ commit: 2 });
      await checkRows(view, anySpread, [history]);
    }
  });
});
