import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { TryAgain } from '../../../lib/engine/again.ts';
import type { View } from '../../../lib/engine/ports.ts';
import { compareStream } from '../../../lib/engine/rebuild/compare.ts';
import { kindOf, withCursors } from '../../../lib/engine/view/kinds/index.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { type MemoryView, memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { bagOf, entries, ledger, lines, numbered, sums } from '../../support/examples/bag.ts';
import { anySpread, checkRows, spreadHistory } from '../../support/examples/sharing.ts';

const deliver = (commit: Commit) => [{ id: '1', delivered: { ...commit, types: commit.events.map(({ type }) => type) } }];
const storeOf = async (commits: readonly Commit[]) => {
  const store = memoryStore();
  for (const commit of commits) await store.append(commit);
  return store;
};

/** A view as code of before made it, which did not handle the newest commits; a function whose store holds as many commits as it has read of. */
const madeBefore = async (projection: AnyProjection, history: readonly Commit[], handled: number, read: number) => {
  const view = withCursors(projection, memoryView());
  const refolding = async (of: readonly Commit[], over: Partial<View> = {}): Promise<Projecting> => ({
    projection,
    store: await storeOf(of),
    view: { ...view, ...over },
    clock: memoryClock(),
    log: memoryLog(),
  });
  const seen = history.slice(0, read);
  const ignoring = { ...projection, on: {} } as AnyProjection;
  for (const commit of seen) {
    const code = commit.commit <= handled ? projection : ignoring;
    const there = await refolding(seen.slice(0, commit.commit));
    expect(await projectBatch({ ...there, projection: code }, deliver(commit))).toEqual([]);
  }
  return { view, refolding, seen, last: history.at(-1)! };
};

/** Lets something happen once, after so many calls to a view, before their caller hears the answer; and tells whether there were as many. */
const meanwhile = (view: MemoryView, after: number, happens: () => Promise<unknown>) => {
  let calls = 0;
  const wrapped = Object.entries(view).map(([name, method]) => {
    const call = async (...given: never[]) => {
      const answer = await (method as (...all: never[]) => unknown)(...given);
      calls += 1;
      if (calls === after) await happens();
      return answer;
    };
    return [name, call] as const;
  });
  return { view: Object.fromEntries(wrapped) as Partial<View>, happened: () => calls >= after };
};

/** Plays a schedule for each place in which the second may come between two calls of the first. */
const everywhere = async (play: (after: number) => Promise<boolean>): Promise<number> => {
  let places = 0;
  while (await play(places + 1)) places += 1;
  return places;
};

const bag = bagOf('a', [[5], [7], [9], [11]]);
/** Code that missed the emptying would continue to count, and make rows that no correct fold has. */
const emptied = bagOf('a', [[5], [7], ['Emptied'], [11]]);
const spread = spreadHistory('a', [
  { rows: 2, amount: 5 },
  { rows: 3, amount: 7 },
  { rows: 3, amount: 9 },
  { rows: 4, amount: 11 },
]);

describe.each([
  ['a row per stream', sums as AnyProjection, bag],
  ['many rows per stream', entries as AnyProjection, bag],
  ['many rows per stream, under keys that are counted', numbered as AnyProjection, emptied],
  ['a row per commit', lines as AnyProjection, bag],
  ['rows per commit', ledger as AnyProjection, emptied],
  ['shared rows', anySpread as AnyProjection, spread],
])('folding anew, beside others: %s', (_, projection, history) => {
  const stream = history[0]!.stream;
  const isRight = async (view: MemoryView, commits: readonly Commit[]) => {
    if (projection.kind === 'shared-rows') return checkRows(view, projection, [commits]);
    const fresh = withCursors(projection, memoryView());
    const [store, clock, log] = [await storeOf(commits), memoryClock(), memoryLog()];
    for (const commit of commits) await projectBatch({ projection, store, view: fresh, clock, log }, deliver(commit));
    // Where the rows are the cursor a head may be stored beside them, or not.
    const keepsHead = kindOf(projection).hasHeads;
    for (const field of ['commit', 'memory'] as const)
      expect((await view.head('a'))?.[field]).toEqual((await fresh.head('a'))?.[field]);
    const shown = (items: MemoryView) =>
      items
        .items()
        .filter(({ sort, row }) => (sort === 'head' && keepsHead) || row !== undefined)
        .map(({ key, sort, commit, row, memory }) => ({ key, sort, commit, row, memory }));
    expect(shown(view).toSorted((a, b) => (a.sort < b.sort ? -1 : 1))).toEqual(
      shown(fresh).toSorted((a, b) => (a.sort < b.sort ? -1 : 1)),
    );
  };

  it.each([
    ['has not seen', 'what was there'],
    ['has seen as well', 'all'],
  ])('is not undone by a live commit that it %s, whatever that had read or written before', async (_, sees) => {
    const places = await everywhere(async (after) => {
      const { view, refolding, seen, last } = await madeBefore(projection, history, 2, 3);
      // It may have read the stream before the last commit was there; but a commit that is in the view is in the store as well.
      const between = meanwhile(view, after, async () => {
        const isLate = sees === 'all' || (await view.head('a'))?.commit === last.commit;
        await refold(await refolding(isLate ? history : seen), stream);
      });
      expect(await projectBatch(await refolding(history, between.view), deliver(last))).toEqual([]);
      if (between.happened()) await isRight(view, history);
      return between.happened();
    });
    expect(places).toBeGreaterThan(1);
  });

  it('goes on from what a live commit wrote meanwhile', async () => {
    const places = await everywhere(async (after) => {
      const { view, refolding, seen, last } = await madeBefore(projection, history, 2, 3);
      const [before, now] = [await storeOf(seen), await storeOf(history)];
      let delivered = false;
      const between = meanwhile(view, after, async () => {
        delivered = true;
        expect(await projectBatch(await refolding(history), deliver(last))).toEqual([]);
      });
      const read: typeof now.read = (...given) => (delivered ? now : before).read(...given);
      await refold({ ...(await refolding(history, between.view)), store: { ...now, read } }, stream);
      if (between.happened()) await isRight(view, history);
      return between.happened();
    });
    expect(places).toBeGreaterThan(1);
  });

  it('gives the same result when it runs twice at the same time', async () => {
    const places = await everywhere(async (after) => {
      const { view, refolding } = await madeBefore(projection, history, 2, 4);
      const between = meanwhile(view, after, async () => refold(await refolding(history), stream));
      await refold(await refolding(history, between.view), stream);
      await isRight(view, history);
      return between.happened();
    });
    expect(places).toBeGreaterThan(1);
  });

  it('changes the head, so that an earlier reader notices', async () => {
    const { view, refolding, seen } = await madeBefore(projection, history, 2, 3);
    const before = await view.head('a');
    await refold(await refolding(seen), stream);
    const after = await view.head('a');
    expect(after?.commit).toBe(before?.commit);
    expect(after?.writes).toBeGreaterThan(before?.writes ?? Number.NaN);
  });
});

it('a late function with code of before puts no row for a commit that has none any more', async () => {
  const projection = lines as AnyProjection;
  const before = { ...lines, on: { ...lines.on, Emptied: () => ({ sum: -1, at: 0 }) } } as AnyProjection;
  const places = await everywhere(async (after) => {
    const { view, refolding } = await madeBefore(projection, emptied, 2, 2);
    const between = meanwhile(view, after, async () => refold(await refolding(emptied), 'bag-a'));
    const late = { ...(await refolding(emptied, between.view)), projection: before };
    expect(await projectBatch(late, emptied.slice(2).flatMap(deliver))).toEqual([]);
    if (!between.happened()) return false;
    // Where the refold came last it has seen all that the late function wrote.
    expect(view.items().flatMap(({ row }) => (row as { sum: number } | undefined)?.sum ?? [])).toEqual([5, 7, 11]);
    expect(await compareStream(await refolding(emptied), 'bag-a')).toEqual([]);
    return true;
  });
  expect(places).toBeGreaterThan(1);
});

it.each([entries, numbered] as AnyProjection[])(
  'a refold of $name is left to one that began later: the two do not stop each other for ever',
  async (projection) => {
    const { view, refolding } = await madeBefore(projection, bag, 2, 4);
    const gate = Promise.withResolvers<void>();
    const putRow: View['putRow'] = async (...given) => {
      await gate.promise;
      return view.putRow(...given);
    };
    let later: Promise<unknown> | undefined;
    const between = meanwhile(view, 5, async () => {
      later = refold(await refolding(bag, { putRow }), 'bag-a');
      while (!(await view.head('a'))?.refolding) await Promise.resolve();
    });
    expect(await refold(await refolding(bag, between.view), 'bag-a').catch((cause) => cause)).toBeInstanceOf(TryAgain);
    gate.resolve();
    expect(await later).toMatchObject({ refolded: (await view.head('a'))?.writes });
    expect(await compareStream(await refolding(bag), 'bag-a')).toEqual([]);
  },
);
