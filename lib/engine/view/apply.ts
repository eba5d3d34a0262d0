import type { Commit } from '../../core/commit.ts';
import { type AnyProjection, sourceOf, streamKey } from '../../core/projection.ts';
import { FromNewerRelease } from '../../core/version.ts';
import type { ViewItem } from '../ports.ts';
import { eventsIn } from '../store/fold-commit.ts';
import { emptyHead, kindOf } from './kinds/index.ts';
import type { Change } from './kinds/kind.ts';

/** Commits are applied in portions of so many, or of so many rows, which are held in memory and written before the cursor moves. */
const commitsPerPortion = 200;
const rowsPerPortion = 1_000;

const handledEvents = (projection: AnyProjection, commit: Commit) => {
  const formats = sourceOf(projection, commit.stream)?.events ?? {};
  const isHandled = (type: string) =>
    projection.on[type] !== undefined || (projection.waitsForUnknown === true && !Object.hasOwn(formats, type));
  return eventsIn(formats, commit, isHandled).filter(({ type }) => isHandled(type));
};

const applyCommit = (projection: AnyProjection, head: ViewItem, commit: Commit): Change =>
  kindOf(projection).apply(projection, head, { commit: commit.commit, events: handledEvents(projection, commit) });

const applyUntil = (
  projection: AnyProjection,
  before: ViewItem | undefined,
  commits: readonly Commit[],
  now: () => string,
  mostRows: number,
): Change => {
  const rows = new Map<string, ViewItem>();
  const stream = commits[0]?.stream ?? '';
  let head = before ?? emptyHead(projection, { key: streamKey(projection, stream), stream });
  for (const commit of commits) {
    if (rows.size >= mostRows) break;
    try {
      const change = applyCommit(projection, head, commit);
      if (commits.length === 1 && change.rows.length === 0) return change;
      for (const row of change.rows) rows.set(row.sort, row);
      head = change.head;
    } catch (cause) {
      if (cause instanceof FromNewerRelease) throw cause;
      const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      return {
        rows: [...rows.values()],
        head: { ...head, parked: { commit: commit.commit, reason: reason.slice(0, 1_000), at: now() } },
      };
    }
  }
  return { rows: [...rows.values()], head };
};

/**
 * Applies commits that follow on a head, in order. An exception of pure code parks the stream in front of the commit that
 * raised it; what a newer release wrote is not a fault, and passes by itself.
 */
export const apply = (projection: AnyProjection, before: ViewItem | undefined, commits: readonly Commit[], now: string): Change =>
  applyUntil(projection, before, commits, () => now, Number.POSITIVE_INFINITY);

/** The same in portions, each to be written before the next is applied: however many rows all commits make, few are held at once. */
export function* applyInPortions(
  projection: AnyProjection,
  before: ViewItem | undefined,
  commits: readonly Commit[],
  now: () => string,
): Generator<Change> {
  let head = before;
  for (let from = 0; from < commits.length && !head?.parked; ) {
    const portion = commits.length <= commitsPerPortion && from === 0 ? commits : commits.slice(from, from + commitsPerPortion);
    const change = applyUntil(projection, head, portion, now, rowsPerPortion);
    yield change;
    head = change.head;
    from += portion.filter(({ commit }) => commit <= change.head.commit).length;
  }
}
