import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { Delivered } from '../../../lib/engine/delivery/delivered.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import type { Projecting } from '../../../lib/engine/view/projecting.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryLog } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { bagOf, delivered, entries, sums } from '../../support/examples/bag.ts';

/** A projector over a table that holds these commits. */
const projector = (commits: readonly Commit[], projection: unknown = sums, store = memoryStore({ pageBytes: 700 })) => {
  store.restore(commits);
  const [view, log] = [memoryView(), memoryLog()];
  const projecting: Projecting = { projection: projection as AnyProjection, store, view, clock: memoryClock(), log };
  return { store, view, log, projecting };
};
const batch = (commits: readonly (Commit | Delivered)[]) =>
  commits.map((commit) => ({
    id: `${commit.stream}/${commit.commit}`,
    delivered: 'types' in commit ? commit : delivered(commit),
  }));
const ten = bagOf(
  'a',
  Array.from({ length: 10 }, (_, i) => [i]),
);
const pick = (...numbers: number[]) => numbers.map((n) => ten[n - 1]!);

/** A view that records the calls of its port. */
const counting = (counted: Projecting['view']) => {
  const { head, putHead, putRow } = counted;
  const calls: string[] = [];
  const count =
    <A extends unknown[], T>(name: string, run: (...given: A) => T) =>
    (...given: A) => {
      calls.push(name);
      return run(...given);
    };
  const view: Projecting['view'] = {
    ...counted,
    head: count('head', head),
    putHead: count('putHead', putHead),
    putRow: count('putRow', putRow),
  };
  return { view, calls };
};

/** A store that counts its reads. */
const reading = (store: Store) => {
  const reads: string[] = [];
  const read: Store['read'] = (stream, range) => {
    reads.push(`${range.from}-${range.to ?? ''}`);
    return store.read(stream, range);
  };
  return { store: { ...store, read }, reads };
};

describe('a stream that the view does not know yet', () => {
  it('is folded to its head, whichever commit comes first', async () => {
    const { projecting, view } = projector(ten);
    expect(await projectBatch(projecting, batch(pick(4)))).toEqual([]);
    expect(view.items()).toEqual([
      { key: 'a', sort: 'head', stream: 'bag-a', commit: 10, writes: expect.any(Number), row: { sum: 45, at: 10 } },
    ]);
  });

  it('that cannot be read as far as was delivered is tried again', async () => {
    const { projecting, view, store } = projector(ten.slice(0, 3));
    expect(await projectBatch(projecting, batch(pick(4)))).toEqual(['bag-a/4']);
    expect(view.items()).toEqual([]);
    store.restore(ten);
    expect(await projectBatch(projecting, batch(pick(4)))).toEqual([]);
  });
});

describe('a stream whose cursor is at 3', () => {
  const atThree = async (projection?: unknown) => {
    const made = projector(ten.slice(0, 3), projection);
    await projectBatch(made.projecting, batch(pick(3)));
    made.store.restore(ten);
    return made;
  };

  it.each([
    ['the next is applied without a read', [4], [], 4],
    ['several are applied in order, however they lie in the batch', [6, 4, 5], [], 6],
    ['what was applied is dropped', [1, 3, 2], [], 3],
    ['what comes twice is applied once', [4, 4, 5, 5, 4], [], 5],
    ['a gap is filled', [6], ['4-5', '5-5'], 6],
    ['gaps are filled, beside what was delivered', [5, 7], ['4-6', '5-6', '6-6'], 7],
  ])('%s', async (_, numbers, expectedReads, commit) => {
    const { projecting, view, store } = await atThree();
    const { store: watched, reads } = reading(store);
    expect(await projectBatch({ ...projecting, store: watched }, batch(pick(...numbers)))).toEqual([]);
    expect(view.items()).toMatchObject([{ commit, row: { sum: (commit * (commit - 1)) / 2, at: commit } }]);
    expect(reads.length).toBeLessThanOrEqual(expectedReads.length);
    expect(reads[0]).toBe(expectedReads[0]);
  });

  it.each([
    ['in the middle', [4, 6]],
    ['at the end', [4, 5]],
    ['at the beginning', [5, 6]],
  ])('a number that is missing %s is tried again, never skipped', async (_, there) => {
    const { projecting, view, store } = await atThree();
    store.restore([...pick(1, 2, 3), ...pick(...there)]);
    expect(await projectBatch(projecting, batch(pick(7)))).toEqual(['bag-a/7']);
    expect(view.items()).toMatchObject([{ commit: 3 }]);
    store.restore(ten);
    expect(await projectBatch(projecting, batch(pick(7)))).toEqual([]);
    expect(view.items()).toMatchObject([{ commit: 7, row: { sum: 21 } }]);
  });

  it('a commit that travels as a pointer is read', async () => {
    const { projecting, view } = await atThree();
    const { stream, commit, version, at, meta } = ten[3]!;
    const pointer: Delivered = { stream, commit, version, at, types: ['Added'], meta, pointer: true };
    expect(await projectBatch(projecting, batch([pointer]))).toEqual([]);
    expect(view.items()).toMatchObject([{ commit: 4, row: { sum: 6 } }]);
  });
});

describe('a deleted row', () => {
  it('leaves its cursor behind, so that nothing old brings it back', async () => {
    const commits = bagOf('a', [[1], [2], ['Emptied'], [5]]);
    const { projecting, view } = projector(commits.slice(0, 3));
    await projectBatch(projecting, batch(commits.slice(0, 3)));
    expect(view.items()).toEqual([{ key: 'a', sort: 'head', stream: 'bag-a', commit: 3, writes: 1 }]);
    await projectBatch(projecting, batch(commits.slice(0, 2)));
    expect(view.items()).toMatchObject([{ commit: 3 }]);
    await projectBatch(projecting, batch([commits[3]!]));
    expect(view.items()).toMatchObject([{ commit: 4, row: { sum: 5 } }]);
  });
});

describe('a view with many rows for each stream', () => {
  it('writes the rows first and the cursor last', async () => {
    const commits = bagOf('a', [[1], [2, 3], ['Emptied']]);
    const { projecting, view } = projector(commits, entries);
    const order: string[] = [];
    const watched: Projecting['view'] = {
      ...view,
      putRow: (item, before) => {
        order.push(item.sort);
        return view.putRow(item, before);
      },
      putHead: (item, expected) => {
        order.push(`${item.sort} after ${order.length} rows`);
        return view.putHead(item, expected);
      },
    };
    await projectBatch({ ...projecting, view: watched }, batch(commits));
    expect(order.at(-1)).toBe('head after 4 rows');
    expect(view.items().map(({ sort, commit, row }) => [sort, commit, row])).toEqual(
      expect.arrayContaining([
        ['row#000000000000', 3, undefined],
        ['row#000000000001', 3, undefined],
        ['row#000000000002', 2, { sum: 3, at: 2 }],
        ['row#000000000003', 2, { sum: 6, at: 3 }],
        ['head', 3, undefined],
      ]),
    );
  });

  it('goes on after a crash between rows and cursor', async () => {
    const { projecting, view } = projector(ten, entries);
    const crashing = { ...view, putHead: () => Promise.reject(new Error('crash')) };
    expect(await projectBatch({ ...projecting, view: crashing }, batch(pick(9)))).toEqual(['bag-a/9']);
    expect(await projectBatch(projecting, batch(pick(9)))).toEqual([]);
    expect(view.items()).toHaveLength(11);
    expect((await view.head('a'))?.memory).toBe(45);
  });
});

describe('a commit that cannot be applied', () => {
  const commits = bagOf('a', [[1], [2], ['Spoiled'], [4]]);
  it('parks its stream behind the good ones, and nothing else', async () => {
    const others = bagOf('b', [[1], [2]]);
    const { projecting, view, log } = projector([...commits, ...others]);
    expect(await projectBatch(projecting, batch([...commits, ...others]))).toEqual([]);
    const parked = { commit: 3, reason: 'TypeError: This one is spoiled.', at: '2026-11-21T12:00:00.000Z' };
    const at = { key: 'a', sort: 'head', stream: 'bag-a', commit: 2, writes: 1 };
    expect(await view.head('a')).toEqual({ ...at, row: { sum: 3, at: 2 }, parked });
    expect(await view.head('b')).toMatchObject({ commit: 2, row: { sum: 3 } });
    expect(log.lines).toMatchObject([{ level: 'error', fields: { stream: 'bag-a', commit: 3 } }]);
    const { view: counted, calls } = counting(view);
    expect(await projectBatch({ ...projecting, view: counted }, batch([commits[3]!]))).toEqual([]);
    expect(calls).toEqual(['head']);
    expect(await view.head('a')).toMatchObject({ commit: 2, parked });
  });

  it('parks at the very first commit too', async () => {
    const spoiled = bagOf('a', [['Spoiled'], [1]]);
    const { projecting, view } = projector(spoiled, entries);
    expect(await projectBatch(projecting, batch(spoiled))).toEqual([]);
    expect(await view.head('a')).toMatchObject({ commit: 0, parked: { commit: 1 } });
  });

  it('goes on when its mark is gone', async () => {
    const { projecting, view } = projector(commits);
    await projectBatch(projecting, batch(commits));
    const { parked: _, ...head } = (await view.head('a'))!;
    await view.putHead(head, await view.head('a'));
    const repaired = { ...sums, on: { ...sums.on, Spoiled: (row: unknown) => row } };
    expect(await projectBatch({ ...projecting, projection: repaired as never }, batch([commits[3]!]))).toEqual([]);
    expect(await view.head('a')).toMatchObject({ commit: 4, row: { sum: 7 } });
  });

  it.each([
    ['that no table takes', () => ({ text: 'x'.repeat(400_000) })],
    ['that is no JSON', () => ({ big: 1n })],
  ])('is one that makes a row %s', async (_, row) => {
    const { projecting, view } = projector(commits.slice(0, 2), { ...sums, on: { Added: row } });
    expect(await projectBatch(projecting, batch(commits.slice(0, 2)))).toEqual([]);
    expect(await view.head('a')).toMatchObject({ commit: 0, parked: { commit: 1 } });
  });
});

describe('temporary failures', () => {
  it('does not park: an event of a newer release', async () => {
    const newer = bagOf('a', [[1], [2]]).map((commit) => ({
      ...commit,
      events: commit.events.map((event) => ({ ...event, v: commit.commit })),
    }));
    const { projecting, view } = projector(newer);
    expect(await projectBatch(projecting, batch([newer[1]!]))).toEqual(['bag-a/2']);
    expect(view.items()).toEqual([]);
  });

  it('gives back the records of its stream only', async () => {
    const others = bagOf('b', [[1], [2]]);
    const { projecting, view, store } = projector([...ten, ...others]);
    const read: Store['read'] = (stream, range) =>
      stream === 'bag-a' ? Promise.reject(new Error('throttled')) : store.read(stream, range);
    expect(await projectBatch({ ...projecting, store: { ...store, read } }, batch([...pick(1, 2), ...others]))).toEqual([
      'bag-a/1',
      'bag-a/2',
    ]);
    expect(view.items()).toMatchObject([{ key: 'b', commit: 2 }]);
  });
});

describe('two instances at once', () => {
  it.each([sums, entries])('apply everything once: $name', async (projection) => {
    const { projecting, view } = projector(ten, projection);
    const failed = await Promise.all(
      [pick(1, 4), pick(2, 3), pick(10), pick(5)].map((commits) => projectBatch(projecting, batch(commits))),
    );
    expect(failed.flat()).toEqual([]);
    expect(await view.head('a')).toMatchObject({ commit: 10 });
    expect(view.items()).toHaveLength(projection === sums ? 1 : 11);
  });

  it('give back what is always taken away from them', async () => {
    const { projecting, view } = projector(ten);
    const { view: busy, calls } = counting({ ...view, putHead: async () => ({ there: undefined }) });
    expect(await projectBatch({ ...projecting, view: busy }, batch(pick(1)))).toEqual(['bag-a/1']);
    expect(calls.filter((call) => call === 'head')).toHaveLength(5);
  });
});

describe('a long stream', () => {
  it('that makes one row is folded as far as a page of the table goes before anything is written', async () => {
    const { projecting, view } = projector(long, sums, memoryStore());
    const { view: counted, calls } = counting(view);
    expect(await projectBatch({ ...projecting, view: counted }, batch([long[7]!]))).toEqual([]);
    expect(calls).toEqual(['head', 'putHead']);
    expect(await view.head('a')).toMatchObject({ commit: 450 });
  });

  const long = bagOf(
    'a',
    Array.from({ length: 450 }, (_, i) => [i]),
  );
  it('that makes many rows is written with cursors on the way, so that a try keeps what it has done', async () => {
    const { projecting, view } = projector(long, entries);
    let heads = 0;
    const failing: Projecting['view'] = {
      ...view,
      putHead: (item, expected) => (++heads === 3 ? Promise.reject(new Error('timeout')) : view.putHead(item, expected)),
    };
    expect(await projectBatch({ ...projecting, view: failing }, batch([long[449]!]))).toEqual(['bag-a/450']);
    const kept = (await view.head('a'))!.commit;
    expect(kept).toBeGreaterThan(0);
    expect(await projectBatch(projecting, batch([long[449]!]))).toEqual([]);
    expect(await view.head('a')).toMatchObject({ commit: 450, memory: (450 * 449) / 2 });
  });
});
