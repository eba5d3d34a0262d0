import type { Commit } from '../../../core/commit.ts';
import type { Page, Range, Snapshot, Snapshots, Store } from '../../../engine/ports.ts';
import { packed, unpacked } from '../../../engine/store/packed.ts';
import { checkTogether, nextOf } from '../../../engine/store/transaction.ts';
import { type MemorySnapshots, memorySnapshots } from '../../memory/snapshots.ts';
import { frozen } from '../../stored.ts';
import type { World } from './world.ts';

export type SimulatedTable = Readonly<{
  store: Store;
  streams(): readonly string[];
  commitsOf(stream: string): readonly Commit[];
  /** All commits in the order in which they were stored; those of a restore in none. */
  log(): readonly Commit[];
  /** Replaces its contents, as a restore does, without stream records. */
  restore(commits: readonly Commit[]): void;
}>;

/** As the table pages, but after a few commits already; whether anything follows is known only when it ended early. */
const pageOf = (found: readonly Commit[], { limit = Number.POSITIVE_INFINITY, newestFirst }: Range, pageSize: number): Page => {
  const commits = found.slice(0, Math.min(limit, pageSize));
  const last = commits.at(-1);
  if (!last || (commits.length === found.length && commits.length < limit)) return { commits };
  const next = last.commit + (newestFirst ? -1 : 1);
  return next < 1 ? { commits } : { commits, next };
};

/** A commit as it comes back: every other one was packed, as while two settings write to one table. */
const stored = (commit: Commit): Commit =>
  commit.commit % 2 === 0 ? unpacked(commit.stream, commit.commit, packed(commit)) : commit;

/**
 * The commits, fast enough for thousands of runs: stored commits are frozen instead of copied, so that code that changes one fails. Each
 * stored commit is passed to the stream of the table.
 */
export const simulatedTable = (pageSize: number, onStored: (commit: Commit) => void): SimulatedTable => {
  const streams = new Map<string, Commit[]>();
  let log: Commit[] = [];
  const of = (stream: string): Commit[] => {
    const commits = streams.get(stream) ?? [];
    streams.set(stream, commits);
    return commits;
  };
  const at = (stream: string, commit: number) => streams.get(stream)?.find((each) => each.commit === commit);
  const put = (commit: Commit) => {
    const commits = of(commit.stream);
    const place = commits.findIndex((each) => each.commit > commit.commit);
    commits.splice(place < 0 ? commits.length : place, 0, frozen(stored(commit)));
    log.push(commit);
    onStored(commit);
  };
  const store: Store = {
    append: async (commit) => {
      const winner = at(commit.stream, commit.commit);
      if (winner) return { stored: false, winner };
      put(commit);
      return { stored: true };
    },
    appendTogether: async (commits, unmoved) => {
      checkTogether(commits, unmoved);
      const winners = [...commits, ...unmoved.map(nextOf)].flatMap(({ stream, commit }) => at(stream, commit) ?? []);
      if (winners.length > 0) return { stored: false, winners };
      for (const commit of commits) put(commit);
      return { stored: true };
    },
    read: async (stream, range) => {
      const { from, to = Number.POSITIVE_INFINITY, newestFirst } = range;
      const found = (streams.get(stream) ?? []).filter(({ commit }) => commit >= from && commit <= to);
      const { commits, next } = pageOf(newestFirst ? found.toReversed() : found, range, pageSize);
      return { commits, ...(next !== undefined && next >= from && next <= to && { next }) };
    },
    find: async (stream, commit) => at(stream, commit),
  };
  const restore = (commits: readonly Commit[]) => {
    streams.clear();
    log = [...commits];
    for (const commit of commits) of(commit.stream).push(commit);
  };
  const commitsOf = (stream: string) => streams.get(stream) ?? [];
  return { store, streams: () => [...streams.keys()], commitsOf, log: () => log, restore };
};

/** Snapshots are read eventually consistent: an older one may be returned. */
export const staleSnapshots = (world: World): Snapshots & Pick<MemorySnapshots, 'items'> => {
  const dice = world.dice('snapshots');
  const kept = memorySnapshots();
  const before = new Map<string, Snapshot | undefined>();
  return {
    items: kept.items,
    load: async (stream, code) => (world.happens('stale', dice) ? before.get(`${stream} ${code}`) : kept.load(stream, code)),
    save: async (snapshot, impossible) => {
      before.set(`${snapshot.stream} ${snapshot.code}`, await kept.load(snapshot.stream, snapshot.code));
      await kept.save(snapshot, impossible);
    },
  };
};
