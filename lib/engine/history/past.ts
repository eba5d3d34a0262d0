import { type Actor, allowed } from '../../core/access.ts';
import type { Commit } from '../../core/commit.ts';
import { historyFor } from '../../core/decider.ts';
import { type Change, difference } from '../../core/difference.ts';
import { streamName } from '../../core/stream.ts';
import type { Formats } from '../../core/version.ts';
import type { Direction, Page } from '../ports.ts';
import { invalid, notFound, notYours } from '../problems.ts';
import { answerSize, pageBytes } from '../query/answer-size.ts';
import { decodeCursor, encodeCursor } from '../query/page-cursor.ts';
import { eventsIn } from '../store/fold-commit.ts';
import type { Known } from '../store/known.ts';
import { type Loading, load } from '../store/load.ts';
import { type Moment, type Past, type Readable, statesAt } from './state-at.ts';

/** What a history is read with: where it shows events by other formats than it folds, those. */
export type HistoryLoading = Loading & Readonly<{ shows?: Formats }>;

export type HistoryRequest = Readonly<{
  limit: number;
  direction: Direction;
  cursor?: string;
  types?: readonly string[];
  since?: string;
  until?: string;
}>;

/**
 * The known state of a stream now, if it exists and the actor may read its past. A stream without events does not exist: a refused command
 * of a process leaves a commit without events even in a stream that nobody has opened.
 */
const readable = async (loading: Loading, actor: Actor, id: string): Promise<Readable> => {
  const { decider } = loading;
  const stream = streamName(decider.category, id);
  let snapshot: Known | undefined;
  const now = await load(loading, stream, undefined, (found) => {
    snapshot = found;
  });
  if (now.version === 0) throw notFound(`stream ${stream}`);
  if (!allowed(historyFor(decider), actor, decider.owner?.(now.state as never) ?? '')) throw notYours();
  return { now, snapshot };
};

const shown = (formats: Formats, commit: Commit, types: readonly string[] | undefined) => ({
  commit: commit.commit,
  version: commit.version,
  at: commit.at,
  actor: commit.meta.actor,
  correlation: commit.meta.correlation,
  ...(commit.meta.why !== undefined && { why: commit.meta.why }),
  events: eventsIn(formats, commit)
    .map(({ type, version, data }, i) => ({ type, version, v: commit.events[i]?.v, data }))
    .filter(({ type }) => types?.includes(type) ?? true),
});

/** Most commits that one page may look through for the few that it shows; the cursor goes on from there. */
const lookedAtOnce = 2_000;
/** The number of commits that each further request of a page reads: matching ones may be far apart. */
const readAtOnce = 100;

/** The position in a history that a page token names: the number of a commit. */
const placeOf = (cursor: string, scope: string): number => {
  const { from, ...rest } = decodeCursor(cursor, scope) ?? {};
  if (!Number.isSafeInteger(from) || Number(from) < 1 || Object.keys(rest).length > 0)
    throw invalid('cursor', 'this is not a cursor of this history; leave it out to start again');
  return Number(from);
};

/** A stream's commits, a page at a time, with their events in today's shapes. */
export const readHistory = async (loading: HistoryLoading, actor: Actor, id: string, request: HistoryRequest) => {
  const { stream } = (await readable(loading, actor, id)).now;
  const { limit, direction, types, since, until } = request;
  const scope = `${stream}/${JSON.stringify([direction, types, since, until])}`;
  const newestFirst = direction === 'newest-first';
  const commits: ReturnType<typeof shown>[] = [];
  const answer = (from: number | undefined) => ({
    stream,
    commits,
    ...(from !== undefined && from > 0 && { cursor: encodeCursor({ from }, scope) }),
  });
  let next: number | undefined =
    request.cursor === undefined ? (newestFirst ? Number.MAX_SAFE_INTEGER : 1) : placeOf(request.cursor, scope);
  let bytes = 0;
  const isBefore = ({ at }: Commit) => since !== undefined && at < since;
  const isAfter = ({ at }: Commit) => until !== undefined && at > until;
  const [isBeyond, isNotYet] = newestFirst ? [isBefore, isAfter] : [isAfter, isBefore];
  for (let looked = 0; next !== undefined && next > 0 && looked < lookedAtOnce; ) {
    // Behind a filter, or among commits without events, a page of one would be a request for each commit that is looked at.
    const size = types || since || until || looked > 0 ? readAtOnce : Math.min(limit, readAtOnce);
    const page: Page = await loading.store.read(
      stream,
      newestFirst ? { from: 1, to: next, limit: size, newestFirst } : { from: next, limit: size },
    );
    looked += page.commits.length;
    next = page.next;
    for (const commit of page.commits) {
      if (isBeyond(commit)) return answer(undefined);
      const entry = isNotYet(commit) ? undefined : shown(loading.shows ?? loading.decider.events, commit, types);
      if (!entry || entry.events.length === 0) continue;
      bytes += answerSize(entry);
      if (commits.length > 0 && bytes > pageBytes) return answer(commit.commit);
      commits.push(entry);
      if (commits.length < limit) continue;
      const isLast = commit === page.commits.at(-1) && page.next === undefined;
      return answer(isLast ? undefined : commit.commit + (newestFirst ? -1 : 1));
    }
  }
  return answer(next);
};

/** The state at a moment, for whom it may concern. */
export const readState = async (loading: Loading, actor: Actor, id: string, moment: Moment): Promise<Past> => {
  const [past] = await statesAt(loading, await readable(loading, actor, id), [moment]);
  return past!;
};

/** The changes between two moments, field by field. */
export const readDifference = async (
  loading: Loading,
  actor: Actor,
  id: string,
  moments: readonly [Moment, Moment],
): Promise<Readonly<{ stream: string; from: object; to: object; changes: readonly Change[] }>> => {
  const [a, b] = (await statesAt(loading, await readable(loading, actor, id), moments)) as readonly [Past, Past];
  return {
    stream: a.stream,
    from: { version: a.version, at: a.at },
    to: { version: b.version, at: b.at },
    changes: difference(a.state, b.state),
  };
};
