import type { Commit } from '../../core/commit.ts';
import { atOnce } from '../at-once.ts';
import type { Log, Store } from '../ports.ts';
import type { Head, SweepTarget } from './sweep-target.ts';

/** A commit as it is compared with cursors: of a commit that was only noted its types are known, beside these. */
export type Compared = Pick<Commit, 'stream' | 'commit' | 'at' | 'imported'>;

/** A consumer as it is compared with such commits. */
export type LookedAt<C extends Compared> = Readonly<{
  name: string;
  concerns(commit: C): boolean;
  head(stream: string): Promise<Head | undefined>;
}>;

/** Which commits a run looks at, by their times. */
export type Marks = Readonly<{
  /** Younger ones are still on their way. */
  dueBefore: string;
  /** Older ones were found everywhere by an earlier pass. An import's commits carry the times of another house, and are always looked at. */
  checkedBefore?: string;
  /** For consumers that did not have all, by name, the time of the oldest commit that they lacked. */
  left?: Readonly<Record<string, string>>;
}>;

/** A stream that a target should have further than it has. */
export type Lagging<C = Commit, T = SweepTarget> = Readonly<{ target: T; newest: C; oldest: C }>;

/** A stream that is to be looked at again, though nothing is known to be missing there. */
export type Unlooked<C = Commit, T = SweepTarget> = Pick<Lagging<C, T>, 'target' | 'oldest'> & Pick<Head, 'waits'>;

/** A cursor beyond the end of its stream, as after a restore of the commits: new commits up to there would be dropped as known. */
export type Beyond = Readonly<{ target: string; stream: string; cursor: number; last: number }>;

export type Found<C = Commit, T = SweepTarget> = Readonly<{
  lagging: readonly Lagging<C, T>[];
  beyond: readonly Beyond[];
  /** The oldest commit of a stream that was not checked, for each consumer that this run skips, or whose work there is not due yet. */
  unlooked: readonly Unlooked<C, T>[];
  /** Cursors and ends of streams that were read. */
  reads: number;
}>;

const readsAtOnce = 25;

export type Looking<T = SweepTarget> = Readonly<{
  targets: readonly T[];
  store: Pick<Store, 'read'>;
  /** True if this run skips a consumer. */
  isLeft?: (target: T) => boolean;
}>;

/** The time from which the commits of a consumer are checked. */
const lookedFrom = ({ checkedBefore = '', left = {} }: Marks, { name }: Readonly<{ name: string }>): string => {
  const own = left[name];
  return own !== undefined && own < checkedBefore ? own : checkedBefore;
};

const isDue = ({ at, imported }: Compared, { dueBefore }: Marks, from: string): boolean =>
  at < dueBefore && (imported !== undefined || at >= from);

const endOf = async (store: Pick<Store, 'read'>, stream: string): Promise<number> => {
  const { commits } = await store.read(stream, { from: 1, limit: 1, newestFirst: true });
  return commits[0]?.commit ?? 0;
};

const ofStream = async <C extends Compared, T extends LookedAt<C>>(
  { targets, store, isLeft = () => false }: Looking<T>,
  stream: string,
  { all, marks, seen }: Readonly<{ all: readonly C[]; marks: Marks; seen: number }>,
): Promise<Found<C, T>> => {
  const sorted = all.toSorted((a, b) => a.commit - b.commit);
  const concerned = targets.flatMap((target) => {
    const from = lookedFrom(marks, target);
    const concerning = sorted.filter((commit) => isDue(commit, marks, from) && target.concerns(commit));
    const newest = concerning.at(-1);
    return newest ? [{ target, concerning, newest, oldest: concerning[0]! }] : [];
  });
  const looks = concerned.filter(({ target }) => !isLeft(target));
  // One read for all commits of each consumer: a cursor at the newest one has been at all others.
  const heads = await Promise.all(looks.map(({ target }) => target.head(stream)));
  // Only a cursor that is ahead of all that the scan saw asks where the stream ends. That is read after all cursors, so that a commit that arrived
  // meanwhile does not count.
  const isAhead = heads.some((head) => (head?.commit ?? 0) > seen);
  const last = isAhead ? await endOf(store, stream) : seen;
  const lagging: Lagging<C, T>[] = [];
  const beyond: Beyond[] = [];
  const unlooked: Unlooked<C, T>[] = concerned
    .filter((look) => !looks.includes(look))
    .map(({ target, oldest }) => ({ target, oldest }));
  looks.forEach(({ target, concerning, newest, oldest }, i) => {
    const head = heads[i];
    const cursor = head?.commit ?? 0;
    if (cursor > Math.max(last, seen)) beyond.push({ target: target.name, stream, cursor, last });
    else if (head?.waits) unlooked.push({ target, oldest, waits: head.waits });
    else if (!head?.parked && cursor < newest.commit)
      lagging.push({ target, newest, oldest: concerning.find(({ commit }) => commit > cursor) ?? newest });
  });
  return { lagging, beyond, unlooked, reads: looks.length + (isAhead ? 1 : 0) };
};

/** Commits that a consumer has not applied, and cursors beyond the ends of their streams. A parked stream is no finding: it waits to be resumed. */
export const findings = async <C extends Compared, T extends LookedAt<C>>(
  looking: Looking<T>,
  commits: readonly C[],
  marks: Marks,
): Promise<Found<C, T>> => {
  const [from = ''] = looking.targets.map((target) => lookedFrom(marks, target)).sort();
  const due = commits.filter((commit) => isDue(commit, marks, from));
  const streams = [...Map.groupBy(due, ({ stream }) => stream)];
  const seen = new Map<string, number>();
  for (const { stream, commit } of commits) seen.set(stream, Math.max(commit, seen.get(stream) ?? 0));
  const found = await atOnce(readsAtOnce, streams, ([stream, own]) =>
    ofStream(looking, stream, { all: own, marks, seen: seen.get(stream) ?? 0 }),
  );
  return {
    lagging: found.flatMap(({ lagging }) => lagging),
    beyond: found.flatMap(({ beyond }) => beyond),
    unlooked: found.flatMap(({ unlooked }) => unlooked),
    reads: found.reduce((sum, { reads }) => sum + reads, 0),
  };
};

/** The most findings of a kind that one line of the log names. */
const named = 20;

/** Reports what an operator has to see to: see foldstream restored. */
export const sayBeyond = (log: Pick<Log, 'error'>, beyond: readonly Beyond[]): void => {
  if (beyond.length === 0) return;
  log.error('Some cursors are beyond their streams.', { count: beyond.length, first: beyond.slice(0, named) });
};
