import { type Commit, typesOf } from '../../core/commit.ts';
import { reserved } from '../../core/stream.ts';
import type { Scanner, ScanPlace } from '../ports.ts';
import { invalid } from '../problems.ts';
import { decodeCursor, encodeCursor } from '../query/page-cursor.ts';

/** What is looked for: streams with a commit that is all of this. */
export type Wanted = Readonly<{ category?: string; type?: string; actor?: string; since?: string; until?: string }>;

/** A stream with commits that were looked for, among those that one page looked through. */
export type FoundStream = Readonly<{
  stream: string;
  /** How many of its commits the page found. */
  found: number;
  /** The newest of them. */
  commit: number;
  version: number;
  at: string;
  actor: string;
  correlation: string;
  types: readonly string[];
}>;

export type FoundStreams = Readonly<{
  streams: readonly FoundStream[];
  /** What this page looked through, and the read units that it took. */
  looked: Readonly<{ commits: number; units: number }>;
  cursor?: string;
}>;

/** The units after which a page ends, by which one request costs a fixed part of a cent: two full pages of a scan. */
export const unitsPerPage = 256;
/** A page ends after so many streams, too: an answer has a size. */
const mostStreams = 1_000;

const categoryOf = (stream: string): string => stream.slice(0, Math.max(0, stream.indexOf('-')));

/** True for a commit that is looked for. Streams of the kernel, such as those of tags, are found by their category alone. */
const isWanted = ({ category, type, actor, since, until }: Wanted, commit: Commit): boolean => {
  const own = categoryOf(commit.stream);
  return (
    (category === undefined ? !reserved.includes(own) : own === category) &&
    (type === undefined || typesOf(commit).includes(type)) &&
    (actor === undefined || commit.meta?.actor === actor) &&
    (since === undefined || commit.at >= since) &&
    (until === undefined || commit.at <= until)
  );
};

const scopeOf = ({ category, type, actor, since, until }: Wanted): string =>
  `find-streams/${JSON.stringify([category, type, actor, since, until])}`;

const placeOf = (cursor: string, scope: string): ScanPlace => {
  const { stream, commit } = decodeCursor(cursor, scope) ?? {};
  if (typeof stream !== 'string' || !Number.isSafeInteger(commit))
    throw invalid('cursor', 'this is not a cursor of this search; leave it out to start again');
  return { stream, commit: Number(commit) };
};

const newerOf = (before: FoundStream | undefined, { stream, commit, version, at, meta, ...rest }: Commit): FoundStream => {
  const found = (before?.found ?? 0) + 1;
  if (before && before.commit > commit) return { ...before, found };
  const types = typesOf({ events: rest.events ?? [], ...(rest.purge && { purge: rest.purge }) });
  return { stream, found, commit, version, at, actor: meta?.actor ?? '', correlation: meta?.correlation ?? '', types };
};

/**
 * Looks through the table of commits for streams, so much of it at a time as a page may cost. The table has no order but that within a stream: streams come as they are found, and the search is
 * over when there is no cursor.
 */
export const findStreams = async (scanner: Scanner, wanted: Wanted, cursor?: string): Promise<FoundStreams> => {
  const scope = scopeOf(wanted);
  const streams = new Map<string, FoundStream>();
  let [commits, units] = [0, 0];
  let after = cursor === undefined ? undefined : placeOf(cursor, scope);
  do {
    const page = await scanner.scan({ segment: 0, of: 1 }, after ? { after } : {});
    commits += page.commits.length;
    units += page.units;
    for (const commit of page.commits)
      if (isWanted(wanted, commit)) streams.set(commit.stream, newerOf(streams.get(commit.stream), commit));
    after = page.next;
  } while (after && units < unitsPerPage && streams.size < mostStreams);
  return {
    streams: [...streams.values()],
    looked: { commits, units },
    ...(after && { cursor: encodeCursor(after, scope) }),
  };
};
