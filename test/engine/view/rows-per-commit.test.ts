import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { View, ViewItem } from '../../../lib/engine/ports.ts';
import { compareStream } from '../../../lib/engine/rebuild/compare.ts';
import { keepingHeads } from '../../../lib/engine/view/kept-heads.ts';
import { withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { bagOf, ledger, lines } from '../../support/examples/bag.ts';

const stream = 'bag-a';
const bag = bagOf('a', [[5], [7], [9], ['Emptied'], [1, 2], [3], [4]]);
const deliver = (commit: Commit) => [{ id: '1', delivered: { ...commit, types: commit.events.map(({ type }) => type) } }];

/** A table and a store, with functions over both: cold ones, and warm ones that keep what they have written. */
const house = (projection = ledger as AnyProjection) => {
  const [store, view, clock, log] = [memoryStore(), withCursors(projection, memoryView()), memoryClock(), memoryLog()];
  const cold = (over: Partial<View> = {}): Projecting => ({ projection, store, view: { ...view, ...over }, clock, log });
  const warm = (): Projecting => ({ projection, store, clock, log, ...keepingHeads(view, clock) });
  const take = async (by: Projecting, ...commits: readonly Commit[]) => {
    for (const commit of commits) {
      if (!(await store.find(stream, commit.commit))) await store.append(commit);
      expect(await projectBatch(by, deliver(commit))).toEqual([]);
    }
  };
  const sums = () =>
    view
      .items()
      .toSorted((a, b) => (a.sort < b.sort ? -1 : 1))
      .flatMap(({ row }) => (row as { rows: readonly { sum: number }[] } | undefined)?.rows.map(({ sum }) => sum) ?? []);
  const isRight = async () => expect(await compareStream(cold(), stream)).toEqual([]);
  return { store, view, cold, warm, take, sums, isRight };
};

describe('a view to which each commit adds rows', () => {
  it('goes on from the memory of its last item, and from a head where a commit has added none', async () => {
    const { view, cold, take, sums, isRight } = house();
    for (const [i, commit] of bag.entries()) {
      await take(cold(), commit);
      expect((await view.head('a'))?.commit).toBe(i + 1);
      await isRight();
    }
    expect(sums()).toEqual([5, 12, 21, 1, 3, 6, 10]);
    // One head is stored, for the commit without rows.
    expect(view.items().filter(({ sort }) => sort === 'head')).toMatchObject([{ commit: 4, memory: 0 }]);
  });

  it('is as right where two functions write what the other has written already', async () => {
    const { cold, warm, take, sums, isRight } = house();
    const [one, other] = [warm(), warm()];
    for (const commit of bag) {
      await take(one, commit);
      await take(other, commit);
    }
    await take(cold(), ...bag.slice(0, 3));
    expect(sums()).toEqual([5, 12, 21, 1, 3, 6, 10]);
    await isRight();
  });

  it('parks a stream whose code returns no memory', async () => {
    const { view, cold, take } = house();
    const on = { ...ledger.on, Added: () => ({ rows: [] }) };
    await take({ ...cold(), projection: { ...ledger, on } as never }, bag[0]!);
    expect((await view.head('a'))?.parked).toMatchObject({ commit: 1, reason: 'TypeError: ledger returns no memory.' });
  });

  it('parks a stream in front of a commit whose rows are too many bytes for one item, and says what to do', async () => {
    const { view, cold, take, sums } = house();
    const on = {
      ...ledger.on,
      Added: () => ({ memory: 1, rows: Array.from({ length: 4 }, () => ({ text: 'x'.repeat(100_000) })) }),
    };
    await take(cold(), bag[0]!);
    await take({ ...cold(), projection: { ...ledger, on } as never }, bag[1]!);
    expect((await view.head('a'))?.parked).toMatchObject({
      commit: 2,
      reason: expect.stringMatching(/^Error: The commit's rows and the memory after it have over 358400 bytes.*rowsPerStream/),
    });
    expect(sums()).toEqual([5]);
  });

  /** A function that remembers something wrong of what is there so far, as one with other code would. */
  const misled = async ({ view, warm, take }: ReturnType<typeof house>, before: readonly Commit[]): Promise<Projecting> => {
    const by = warm();
    await take(by, ...before.slice(0, -1));
    const code = { ...ledger, on: { ...ledger.on, Added: () => ({ memory: 1_000, rows: [{ sum: 1_000, at: 0 }] }) } };
    await take({ ...by, projection: code as never }, before.at(-1)!);
    expect(await view.head('a')).toMatchObject({ memory: 1_000 });
    return by;
  };

  it('is not gone on with from a memory that a refold has replaced', async () => {
    const all = house();
    const by = await misled(all, bag.slice(0, 2));
    await refold(all.cold(), stream);
    await all.isRight();
    await all.take(by, ...bag.slice(2));
    expect(all.sums()).toEqual([5, 12, 21, 1, 3, 6, 10]);
    await all.isRight();
  });

  it('is not gone on with either where the next commit of a batch has no rows, so that its place is left as it is', async () => {
    const all = house();
    const weighed = bagOf('a', [[5], [7], ['Weighed'], [9], [1]]);
    const by = await misled(all, weighed.slice(0, 2));
    await refold(all.cold(), stream);
    for (const commit of weighed.slice(2, 4)) await all.store.append(commit);
    expect(await projectBatch(by, weighed.slice(2, 4).flatMap(deliver))).toEqual([]);
    expect(await all.view.head('a')).toMatchObject({ commit: 4, memory: 21 });
    await all.take(by, weighed[4]!);
    expect(all.sums()).toEqual([5, 12, 21, 22]);
    await all.isRight();
  });

  it.each([
    [bag.slice(0, 2), bag.slice(2, 3)],
    [bag.slice(0, 2), bag.slice(2, 4)],
    [bag.slice(0, 5), bag.slice(5)],
  ])('is as the fold wherever between two calls of a refold such a function applies more: %#', async (before, more) => {
    for (let places = 1, isThere = true; isThere; places++) {
      const all = house();
      const by = await misled(all, before);
      let calls = 0;
      const between = Object.entries(all.view).map(([name, method]) => [
        name,
        async (...given: never[]) => {
          const answer = await (method as (...all: never[]) => unknown)(...given);
          if (++calls === places) await all.take(by, ...more);
          return answer;
        },
      ]);
      const refolding = all.cold(Object.fromEntries(between) as Partial<View>);
      // One that was disturbed is asked for again.
      await refold(refolding, stream).catch(() => refold(all.cold(), stream));
      isThere = calls >= places;
      expect(places).toBeLessThan(100);
      if (!isThere) {
        expect(places).toBeGreaterThan(5);
        continue;
      }
      // Nobody delivers again what was taken.
      const last = before.length + more.length;
      expect((await all.view.head('a'))?.commit).toBe(last);
      await all.take(by, ...bag.slice(last));
      expect((await all.view.head('a'))?.commit).toBe(bag.length);
      await all.isRight();
    }
  });

  it('does not count what was left of before a restore, whenever new commits come to its numbers', async () => {
    const { store, view, cold, take, sums, isRight } = house();
    await take(cold(), ...bag.slice(0, 3));
    store.restore(bag.slice(0, 1));
    const anew = bagOf('a', [[5], [20], [30], [40]]);
    // The new commits are appended while the refold looks for what is not of its fold.
    const rowsOf: typeof view.rowsOf = async (key, options) => {
      if (options.limit > 2 && !(await store.find(stream, 2))) for (const commit of anew.slice(1, 3)) await store.append(commit);
      return view.rowsOf(key, options);
    };
    await refold({ ...cold(), view: { ...view, rowsOf } }, stream);
    expect((await view.head('a')) as ViewItem).toMatchObject({ commit: 1, memory: 5 });
    await take(cold(), ...anew.slice(1));
    expect(sums()).toEqual([5, 25, 55, 95]);
    await isRight();
  });

  it.each(
    ([ledger, lines] as AnyProjection[]).flatMap((kept) => [[], ['Weighed' as const]].map((nothing) => ({ kept, nothing }))),
  )(
    'shows nothing of before a restore at the number of a commit that is nothing to it, and came while it was refolded: $kept.kind, $nothing',
    async ({ kept, nothing }) => {
      const { store, view, cold, take, isRight } = house(kept);
      await take(cold(), ...bag.slice(0, 3));
      store.restore(bag.slice(0, 1));
      const anew = bagOf('a', [[5], [20], nothing, [40]]);
      const rowsOf: typeof view.rowsOf = async (key, options) => {
        if (options.limit > 2 && !(await store.find(stream, 2)))
          for (const commit of anew.slice(1, 3)) await store.append(commit);
        return view.rowsOf(key, options);
      };
      await refold({ ...cold(), view: { ...view, rowsOf } }, stream);
      await take(cold(), ...anew.slice(1));
      expect(view.items().flatMap(({ sort, row }) => (row ? [sort] : []))).toHaveLength(3);
      await isRight();
    },
  );

  it('is not gone on with by a function that was further on before a restore', async () => {
    const { store, cold, warm, take, sums, isRight } = house();
    const by = warm();
    await take(by, ...bag.slice(0, 3));
    store.restore(bag.slice(0, 1));
    await refold(cold(), stream);
    const anew = bagOf('a', [[5], [20], [30], [40]]);
    await take(cold(), ...anew.slice(1, 3));
    await take(by, anew[3]!);
    expect(sums()).toEqual([5, 25, 55, 95]);
    await isRight();
  });

  it.each([ledger, lines] as AnyProjection[])(
    'finds its last item in a few reads where a restore has left hundreds of empty places behind it: $kind',
    async (kept) => {
      const { store, view, cold, isRight } = house(kept);
      const long = bagOf('a', Array(300).fill([1]));
      for (const commit of long) await store.append(commit);
      expect(await projectBatch(cold(), deliver(long.at(-1)!))).toEqual([]);
      store.restore(long.slice(0, 1));
      await refold(cold(), stream);
      let reads = 0;
      const rowsOf: typeof view.rowsOf = (...asked) => {
        reads += 1;
        return view.rowsOf(...asked);
      };
      const counted = withCursors(kept, { ...view, rowsOf });
      expect(await counted.head('a')).toMatchObject({ commit: 1 });
      expect(reads).toBe(3);
      await isRight();
    },
  );

  it('has no cursor in a row under a name that no commit has', async () => {
    const { view, cold, take, isRight } = house();
    await take(cold(), ...bag.slice(0, 2));
    const astray = { key: 'a', sort: 'row#astray', stream, commit: 2, memory: 7, row: { rows: [{ sum: 7, at: 7 }] } };
    await view.putRow(astray, await view.head('a'));
    expect(await view.head('a')).toMatchObject({ commit: 2, memory: 12 });
    await refold(cold(), stream);
    await isRight();
  });
});
