import type { Commit } from '../core/commit.ts';
import { sourceOf, streamKey } from '../core/projection.ts';
import type { ViewItem } from './ports.ts';
import type { Target } from './sweep.ts';

/** Which commits a run looks at, by their times. */
export type Marks = Readonly<{
  /** Younger ones are still on their way. */
  dueBefore: string;
  /** Older ones were found everywhere by an earlier pass. An import's commits carry the times of another house, and are always looked at. */
  checkedBefore?: string;
  /** What leaves no trace is sent again when its time falls between these: in one pass, and in no other. */
  repeat: Readonly<{ from: string; before: string }>;
}>;

/** A stream that a projection should have further than it has. */
export type Lagging = Readonly<{ target: Target; newest: Commit; oldest: Commit }>;

export type Found = Readonly<{
  lagging: readonly Lagging[];
  /** Commits that some projection handles, each with those that lack it and with those that have it or are parked. */
  missed: readonly Readonly<{ commit: Commit; lacking: readonly Target[]; someHaveIt: boolean }>[];
  /** Public commits that no projection handles, so that nothing shows whether they arrived. */
  untraceable: readonly Commit[];
  /** Cursors that were read. */
  reads: number;
}>;

const handles = ({ projection }: Target, { events }: Commit) => events.some(({ type }) => projection.on[type] !== undefined);
const readsAtOnce = 25;

const inPortions = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += readsAtOnce)
    results.push(...(await Promise.all(items.slice(i, i + readsAtOnce).map(work))));
  return results;
};

const lacks = (head: ViewItem | undefined, { commit }: Commit) => (head?.commit ?? 0) < commit;

const ofStream = async (targets: readonly Target[], stream: string, commits: readonly Commit[]): Promise<Found> => {
  const concerned = targets.filter(({ projection }) => sourceOf(projection, stream));
  const sorted = commits.toSorted((a, b) => a.commit - b.commit);
  const states = await Promise.all(
    concerned.flatMap((target) => {
      const handled = sorted.filter((commit) => handles(target, commit));
      const newest = handled.at(-1);
      // One read for all: a cursor at the newest commit has been at all others.
      return newest
        ? [target.view.head(streamKey(target.projection, stream)).then((head) => ({ target, head, handled, newest }))]
        : [];
    }),
  );
  const behind = states.filter(({ head, newest }) => !head?.parked && lacks(head, newest));
  const lagging = behind.map(({ target, head, handled, newest }) => ({
    target,
    newest,
    oldest: handled.find((commit) => lacks(head, commit)) ?? newest,
  }));
  const missed = sorted.flatMap((commit) => {
    const lacking = behind.filter(({ target, head }) => handles(target, commit) && lacks(head, commit));
    const handling = states.filter(({ target }) => handles(target, commit));
    if (lacking.length === 0) return [];
    return [{ commit, lacking: lacking.map(({ target }) => target), someHaveIt: lacking.length < handling.length }];
  });
  const untraceable = sorted.filter((commit) => !concerned.some((target) => handles(target, commit)));
  return { lagging, missed, untraceable, reads: states.length };
};

/** What of some commits did not arrive where it should have. A parked stream is nobody's loss: it waits to be resumed. */
export const findings = async (
  targets: readonly Target[],
  commits: readonly Commit[],
  { dueBefore, checkedBefore = '', repeat }: Marks,
): Promise<Found> => {
  const due = commits.filter(({ at, imported }) => at < dueBefore && (imported !== undefined || at >= checkedBefore));
  const streams = [...Map.groupBy(due, ({ stream }) => stream)];
  const found = await inPortions(streams, ([stream, all]) => ofStream(targets, stream, all));
  return {
    lagging: found.flatMap(({ lagging }) => lagging),
    missed: found.flatMap(({ missed }) => missed),
    untraceable: found.flatMap(({ untraceable }) => untraceable).filter(({ at }) => at >= repeat.from && at < repeat.before),
    reads: found.reduce((sum, { reads }) => sum + reads, 0),
  };
};
