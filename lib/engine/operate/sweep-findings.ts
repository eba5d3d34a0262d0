import type { Commit } from '../../core/commit.ts';
import { atOnce } from '../at-once.ts';
import type { Store } from '../ports.ts';
import type { SweepTarget } from './sweep-target.ts';

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
export type Lagging = Readonly<{ target: SweepTarget; newest: Commit; oldest: Commit }>;

/** A cursor beyond the end of its stream, as after a restore of the commits: new commits up to there would be dropped as known. */
export type Beyond = Readonly<{ target: string; stream: string; cursor: number; last: number }>;

export type Found = Readonly<{
  lagging: readonly Lagging[];
  beyond: readonly Beyond[];
  /** The oldest commit of a stream that was not checked, for each consumer that this run skips. */
  unlooked: readonly Pick<Lagging, 'target' | 'oldest'>[];
  /** Cursors and ends of streams that were read. */
  reads: number;
}>;

const readsAtOnce = 25;

export type Looking = Readonly<{
  targets: readonly SweepTarget[];
  store: Pick<Store, 'read'>;
  /** True if this run skips a consumer. */
  isLeft?: (target: SweepTarget) => boolean;
}>;

/** The time from which the commits of a consumer are checked. */
const lookedFrom = ({ checkedBefore = '', left = {} }: Marks, { name }: SweepTarget): string => {
  const own = left[name];
  return own !== undefined && own < checkedBefore ? own : checkedBefore;
};

const isDue = ({ at, imported }: Commit, { dueBefore }: Marks, from: string): boolean =>
  at < dueBefore && (imported !== undefined || at >= from);

const endOf = async (store: Looking['store'], stream: string): Promise<number> => {
  const { commits } = await store.read(stream, { from: 1, limit: 1, newestFirst: true });
  return commits[0]?.commit ?? 0;
};

const joined = (found: readonly Pick<Found, 'lagging' | 'beyond'>[]): Pick<Found, 'lagging' | 'beyond'> => ({
  lagging: found.flatMap(({ lagging }) => lagging),
  beyond: found.flatMap(({ beyond }) => beyond),
});

const ofStream = async (
  { targets, store, isLeft = () => false }: Looking,
  stream: string,
  { all, marks, seen }: Readonly<{ all: readonly Commit[]; marks: Marks; seen: number }>,
): Promise<Found> => {
  const sorted = all.toSorted((a, b) => a.commit - b.commit);
  const concerned = targets.flatMap((target) => {
    const from = lookedFrom(marks, target);
    const concerning = sorted.filter((commit) => isDue(commit, marks, from) && target.concerns(commit));
    const newest = concerning.at(-1);
    return newest ? [{ target, concerning, newest }] : [];
  });
  const looks = concerned.filter(({ target }) => !isLeft(target));
  // One read for all commits of each consumer: a cursor at the newest one has been at all others.
  const heads = await Promise.all(looks.map(({ target }) => target.head(stream)));
  // Only a cursor that is ahead of all that the scan saw asks where the stream ends. That is read after all cursors, so that a commit that arrived
  // meanwhile does not count.
  const isAhead = heads.some((head) => (head?.commit ?? 0) > seen);
  const last = isAhead ? await endOf(store, stream) : seen;
  const found = looks.map(({ target, concerning, newest }, i): Pick<Found, 'lagging' | 'beyond'> => {
    const head = heads[i];
    const cursor = head?.commit ?? 0;
    if (cursor > Math.max(last, seen)) return { lagging: [], beyond: [{ target: target.name, stream, cursor, last }] };
    if (head?.parked || cursor >= newest.commit) return { lagging: [], beyond: [] };
    return {
      lagging: [{ target, newest, oldest: concerning.find(({ commit }) => commit > cursor) ?? newest }],
      beyond: [],
    };
  });
  return {
    ...joined(found),
    unlooked: concerned
      .filter((look) => !looks.includes(look))
      .map(({ target, concerning }) => ({ target, oldest: concerning[0]! })),
    reads: looks.length + (isAhead ? 1 : 0),
  };
};

/** Commits that a consumer has not applied, and cursors beyond the ends of their streams. A parked stream is no finding: it waits to be resumed. */
export const findings = async (looking: Looking, commits: readonly Commit[], marks: Marks): Promise<Found> => {
  const [from = ''] = looking.targets.map((target) => lookedFrom(marks, target)).sort();
  const due = commits.filter((commit) => isDue(commit, marks, from));
  const streams = [...Map.groupBy(due, ({ stream }) => stream)];
  const seen = new Map<string, number>();
  for (const { stream, commit } of commits) seen.set(stream, Math.max(commit, seen.get(stream) ?? 0));
  const found = await atOnce(readsAtOnce, streams, ([stream, own]) =>
    ofStream(looking, stream, { all: own, marks, seen: seen.get(stream) ?? 0 }),
  );
  return {
    ...joined(found),
    unlooked: found.flatMap(({ unlooked }) => unlooked),
    reads: found.reduce((sum, { reads }) => sum + reads, 0),
  };
};
