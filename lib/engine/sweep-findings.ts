import type { Commit } from '../core/commit.ts';
import { atOnce } from './at-once.ts';
import type { Target } from './sweep-target.ts';

/** Which commits a run looks at, by their times. */
export type Marks = Readonly<{
  /** Younger ones are still on their way. */
  dueBefore: string;
  /** Older ones were found everywhere by an earlier pass. An import's commits carry the times of another house, and are always looked at. */
  checkedBefore?: string;
}>;

/** A stream that a target should have further than it has. */
export type Lagging = Readonly<{ target: Target; newest: Commit; oldest: Commit }>;

export type Found = Readonly<{
  lagging: readonly Lagging[];
  /** Cursors that were read. */
  reads: number;
}>;

const readsAtOnce = 25;

const ofStream = async (targets: readonly Target[], stream: string, commits: readonly Commit[]): Promise<Found> => {
  const sorted = commits.toSorted((a, b) => a.commit - b.commit);
  const looks = targets.flatMap((target) => {
    const concerning = sorted.filter((commit) => target.concerns(commit));
    const newest = concerning.at(-1);
    return newest ? [{ target, concerning, newest }] : [];
  });
  const found = await Promise.all(
    looks.map(async ({ target, concerning, newest }): Promise<readonly Lagging[]> => {
      // One read for all: a cursor at the newest commit has been at all others.
      const head = await target.head(stream);
      const cursor = head?.commit ?? 0;
      if (head?.parked || cursor >= newest.commit) return [];
      return [{ target, newest, oldest: concerning.find(({ commit }) => commit > cursor) ?? newest }];
    }),
  );
  return { lagging: found.flat(), reads: looks.length };
};

/** What of some commits did not arrive where it should have. A parked stream is nobody's loss: it waits to be resumed. */
export const findings = async (
  targets: readonly Target[],
  commits: readonly Commit[],
  { dueBefore, checkedBefore = '' }: Marks,
): Promise<Found> => {
  const due = commits.filter(({ at, imported }) => at < dueBefore && (imported !== undefined || at >= checkedBefore));
  const streams = [...Map.groupBy(due, ({ stream }) => stream)];
  const found = await atOnce(readsAtOnce, streams, ([stream, all]) => ofStream(targets, stream, all));
  return {
    lagging: found.flatMap(({ lagging }) => lagging),
    reads: found.reduce((sum, { reads }) => sum + reads, 0),
  };
};
