import type { Commit } from '../../core/commit.ts';
import { parseStream } from '../../core/stream.ts';
import { atOnce } from '../at-once.ts';
import { pages } from '../pages.ts';
import type { Scanner } from '../ports.ts';
import { stillOpen } from '../process/still-open.ts';

/** The facts about one stream from a scan of all commits. */
type Stream = {
  last: number;
  count: number;
  /** The last commit from before the instant that the survey is about. */
  before: number;
  open: boolean;
};

/** A stream that is not whole: a commit is missing, or one of its transaction. */
export type Fault = Readonly<{ stream: string; commit: number; what: string }>;

/** The facts about all commits of a table. */
export type Survey = Readonly<{
  commits: number;
  streams: number;
  /** The number of a stream's last commit; 0 where it has none. */
  lastOf(stream: string): number;
  /** The last commit of a stream from before the survey's instant. */
  lastBefore(stream: string): number;
  /** The last commit of a source stream on which a process has decided for some instance; 0 where there is none. */
  decided(process: string, stream: string): number;
  /** The instances of a process that have something open. */
  openInstances(process: string): readonly string[];
  faults: readonly Fault[];
}>;

export type Surveying = Readonly<{
  scanner: Scanner;
  /** The categories of the processes. */
  processes: readonly string[];
  segments: number;
  /** Told how many commits were looked at so far. */
  seen?: (commits: number) => void;
}>;

const segmentsAtOnce = 8;

/** The source commit that a commit of an instance decides on, by its command's id: `process/<category>/<source stream>/<number>`. */
const decidesOn = ({ stream, command }: Commit): Readonly<{ stream: string; commit: number }> | undefined => {
  const category = parseStream(stream)?.category;
  const [kind, process, source = '', number, ...more] = command.split('/');
  if (kind !== 'process' || process !== category || more.length > 0 || !/^\d+$/.test(number ?? '')) return undefined;
  return { stream: source, commit: Number(number) };
};

const faultsIn = (streams: ReadonlyMap<string, Stream>, needed: ReadonlyMap<string, Fault & { needs: string }>) => {
  const holes = [...streams].flatMap(([stream, { last, count }]): Fault[] =>
    count === last ? [] : [{ stream, commit: last, what: `${last - count} of the commits before it are missing` }],
  );
  const torn = [...needed.values()].flatMap(({ needs, ...fault }): Fault[] => {
    const [stream = '', commit] = needs.split(' ');
    return (streams.get(stream)?.last ?? 0) >= Number(commit) ? [] : [fault];
  });
  return [...holes, ...torn];
};

/** Looks at all commits, consistently, and keeps a few numbers for each stream. */
export const survey = async ({ scanner, processes, segments, seen = () => {} }: Surveying, instant: string): Promise<Survey> => {
  const streams = new Map<string, Stream>();
  const decisions = new Map<string, number>();
  const needed = new Map<string, Fault & { needs: string }>();
  const own = new Set(processes);
  let commits = 0;

  const look = (commit: Commit) => {
    const { stream, at } = commit;
    const known = streams.get(stream) ?? { last: 0, count: 0, before: 0, open: false };
    streams.set(stream, known);
    known.count += 1;
    const category = parseStream(stream)?.category ?? '';
    if (commit.commit > known.last) {
      known.last = commit.commit;
      const open = own.has(category) ? stillOpen(commit) : undefined;
      known.open = open !== undefined && (open.sends > 0 || open.deferred > 0 || open.due !== undefined);
    }
    if (at < instant) known.before = Math.max(known.before, commit.commit);
    const need = (place: Readonly<{ stream: string; commit: number }>, why: string) => {
      const needs = `${place.stream} ${place.commit}`;
      needed.set(needs, {
        stream,
        commit: commit.commit,
        what: `commit ${place.commit} of ${place.stream}, ${why}, is missing`,
        needs,
      });
    };
    for (const sibling of commit.siblings ?? []) need(sibling, 'which was made with it');
    for (const fact of commit.facts ?? []) need(fact, 'on which it was decided');
    const decided = own.has(category) ? decidesOn(commit) : undefined;
    if (!decided) return;
    const key = `${category} ${decided.stream}`;
    decisions.set(key, Math.max(decided.commit, decisions.get(key) ?? 0));
  };

  await atOnce(
    segmentsAtOnce,
    Array.from({ length: segments }, (_, i) => i),
    async (segment) => {
      for await (const page of pages((asked) => scanner.scan({ segment, of: segments }, asked), { consistent: true })) {
        page.commits.forEach(look);
        commits += page.commits.length;
        seen(commits);
      }
    },
  );

  const lastOf = (stream: string) => streams.get(stream)?.last ?? 0;
  return {
    commits,
    streams: streams.size,
    lastOf,
    lastBefore: (stream) => streams.get(stream)?.before ?? 0,
    decided: (process, stream) => decisions.get(`${process} ${stream}`) ?? 0,
    openInstances: (process) =>
      [...streams].flatMap(([stream, { open }]) => (open && parseStream(stream)?.category === process ? [stream] : [])),
    faults: faultsIn(streams, needed),
  };
};
