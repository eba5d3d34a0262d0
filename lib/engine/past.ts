import { type Actor, allowed, type May } from '../core/access.ts';
import { type Commit, recordedEvents, versionBefore } from '../core/commit.ts';
import { type AnyDecider, fold } from '../core/decider.ts';
import { type Change, difference } from '../core/difference.ts';
import { streamName } from '../core/stream.ts';
import { readEvent } from '../core/version.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type Loading, load } from './load.ts';
import type { Direction, Store } from './ports.ts';
import { invalid, notFound, notYours } from './problems.ts';

/** A place in a stream's past: after a version, or at an instant. */
export type Moment = Readonly<{ version: number } | { at: string }>;

export type HistoryRequest = Readonly<{
  limit: number;
  direction: Direction;
  cursor?: string;
  types?: readonly string[];
  since?: string;
  until?: string;
}>;

const mayRead = (decider: AnyDecider): May => (decider.owner ? ['owner', 'operator'] : ['operator']);

/** The stream's name, if it exists and the actor may look at its past. */
const readable = async (loading: Loading, actor: Actor, id: string): Promise<string> => {
  const { decider } = loading;
  const stream = streamName(decider.category, id);
  const known = await load(loading, stream, () => {});
  if (known.commit === 0) throw notFound(`stream ${stream}`);
  if (!allowed(mayRead(decider), actor, decider.owner?.(known.state as never) ?? '')) throw notYours();
  return stream;
};

const shown = (decider: AnyDecider, commit: Commit, types: readonly string[] | undefined) => ({
  commit: commit.commit,
  version: commit.version,
  at: commit.at,
  actor: commit.meta.actor,
  correlation: commit.meta.correlation,
  events: recordedEvents(commit, (stored) => readEvent(decider.events, stored))
    .map(({ type, version, data }, i) => ({ type, version, v: commit.events[i]?.v, data }))
    .filter(({ type }) => types?.includes(type) ?? true),
});

/** Most commits that one page may look through for the few that a filter lets pass; the cursor goes on from there. */
const lookedAtOnce = 2_000;

/** A stream's commits, a page at a time, with their events in today's shapes. */
export const readHistory = async (loading: Loading, actor: Actor, id: string, request: HistoryRequest) => {
  const stream = await readable(loading, actor, id);
  const { limit, direction, types, since, until } = request;
  const scope = `${stream}/${JSON.stringify([direction, types, since, until])}`;
  const position =
    request.cursor === undefined
      ? { from: direction === 'newest-first' ? Number.MAX_SAFE_INTEGER : 1 }
      : decodeCursor(request.cursor, scope);
  if (typeof position?.from !== 'number')
    throw invalid('cursor', 'this is no cursor of this history; leave it out to begin anew');
  const newestFirst = direction === 'newest-first';
  const commits: ReturnType<typeof shown>[] = [];
  let next: number | undefined = position.from;
  for (let looked = 0; next !== undefined && next > 0 && commits.length < limit && looked < lookedAtOnce; ) {
    // Behind a filter a page of one would be a request for each commit that is looked at.
    const size = types || since || until ? 100 : Math.min(limit, 100);
    const page = await loading.store.read(
      stream,
      newestFirst ? { from: 1, to: next, limit: size, newestFirst } : { from: next, limit: size },
    );
    looked += page.commits.length;
    next = page.next;
    for (const commit of page.commits) {
      if (
        (until !== undefined && commit.at > until && !newestFirst) ||
        (since !== undefined && commit.at < since && newestFirst)
      ) {
        next = undefined;
        break;
      }
      if ((since !== undefined && commit.at < since) || (until !== undefined && commit.at > until) || commit.events.length === 0)
        continue;
      const entry = shown(loading.decider, commit, types);
      if (entry.events.length > 0) commits.push(entry);
      if (commits.length === limit) {
        const after = newestFirst ? commit.commit - 1 : commit.commit + 1;
        const last = commit === page.commits.at(-1);
        next = last && page.next === undefined ? undefined : after;
        break;
      }
    }
  }
  return { stream, commits, ...(next !== undefined && next > 0 && { cursor: encodeCursor({ from: next }, scope) }) };
};

/** A state of the past and its place. */
export type Past = Readonly<{ stream: string; version: number; at: string; state: unknown }>;

/** Folds a stream from its beginning to a moment, page by page in bounded memory. */
export const stateAt = async (decider: AnyDecider, store: Store, stream: string, moment: Moment): Promise<Past> => {
  let past: Past = { stream, version: 0, at: '', state: decider.initial };
  for (let next: number | undefined = 1; next !== undefined; ) {
    const page = await store.read(stream, { from: next });
    for (const commit of page.commits) {
      const before = versionBefore(commit);
      if ('at' in moment ? commit.at > moment.at : before >= moment.version) return past;
      const wanted = 'at' in moment ? commit.events.length : Math.min(commit.events.length, moment.version - before);
      const events = recordedEvents({ ...commit, events: commit.events.slice(0, wanted), version: before + wanted }, (stored) =>
        readEvent(decider.events, stored),
      );
      past = { stream, version: before + wanted, at: commit.at, state: fold(decider, past.state, events) };
    }
    next = page.next;
  }
  if ('version' in moment && moment.version > past.version)
    throw invalid('version', `${stream} is at version ${past.version}; there is no version ${moment.version} yet`);
  return past;
};

/** The state at a moment, for whom it may concern. */
export const readState = async (loading: Loading, actor: Actor, id: string, moment: Moment): Promise<Past> =>
  stateAt(loading.decider, loading.store, await readable(loading, actor, id), moment);

/** What changed between two moments, field by field. */
export const readDifference = async (
  loading: Loading,
  actor: Actor,
  id: string,
  [from, to]: readonly [Moment, Moment],
): Promise<Readonly<{ stream: string; from: object; to: object; changes: readonly Change[] }>> => {
  const stream = await readable(loading, actor, id);
  const [a, b] = await Promise.all([from, to].map((moment) => stateAt(loading.decider, loading.store, stream, moment)));
  if (!a || !b) throw notFound(`stream ${stream}`);
  return {
    stream,
    from: { version: a.version, at: a.at },
    to: { version: b.version, at: b.at },
    changes: difference(a.state, b.state),
  };
};
