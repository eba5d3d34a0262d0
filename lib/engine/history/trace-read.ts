import type { Commit } from '../../core/commit.ts';
import { byCorrelation, correlationList, type LoggedCommit } from '../../core/event-log.ts';
import type { Manifest } from '../../core/manifest.ts';
import { ProblemError } from '../../core/problem.ts';
import { parseStream } from '../../core/stream.ts';
import { atOnce } from '../at-once.ts';
import { pages } from '../pages.ts';
import type { Store, ViewReader } from '../ports.ts';
import { notFound } from '../problems.ts';
import { kernelOf } from '../process/told.ts';
import { byRuns } from '../query/by-runs.ts';
import type { KeyedReader } from '../query/ports.ts';
import { partitionOf } from '../view/lists.ts';
import { type Trace, traceOf } from './trace.ts';
import { cameBy, sendsIn } from './trace-words.ts';

/** The sources of a trace: the event log, which knows what belongs together, and the commits, which have the rest. */
export type Tracing = Readonly<{
  log: Pick<ViewReader, 'rowsOf'> & Pick<KeyedReader, 'places'>;
  store: Pick<Store, 'read' | 'find'>;
  /** The categories of the processes. */
  processes: readonly string[];
}>;

/** More than this is no story any more. Reading it takes a function some seconds. */
const mostCommits = 500;
const rowsAtOnce = 200;
const commitsAtOnce = 20;
/** The number of commits for which an instance is followed beyond those in the log. */
const followed = 200;

/** The answer if there is no event log. */
export const noEventLog = (): ProblemError =>
  new ProblemError({
    kind: 'no-event-log',
    detail:
      "A trace is read from the event log, and the manifest has none. Add eventLog([<all deciders>, <all processes' deciders>], { may: ['operator'] }) to its projections, and deploy.",
  });

/** The categories of a manifest whose streams are instances of processes. */
export const processCategories = ({ processes = [] }: Manifest): readonly string[] => processes.map(({ category }) => category);

type CommitId = Readonly<{ stream: string; commit: number }>;
const nameOf = ({ stream, commit }: CommitId) => `${stream}#${commit}`;

const logged = async (
  { log }: Tracing,
  correlation: string,
): Promise<Readonly<{ places: readonly CommitId[]; cut: boolean }>> => {
  const places: CommitId[] = [];
  const partition = partitionOf(correlationList, undefined, correlation);
  const { list } = byRuns(log, correlationList);
  let cut = false;
  for await (const { items, next } of pages(list, {
    list: byCorrelation,
    partition,
    direction: 'oldest-first' as const,
    limit: rowsAtOnce,
  })) {
    places.push(...items.map(({ row }) => row as LoggedCommit).map(({ stream, commit }) => ({ stream, commit })));
    cut = next !== undefined;
    if (places.length >= mostCommits) break;
  }
  return { places, cut };
};

/**
 * Other commits that a commit refers to: the one it reacted to, and the outcomes of its commands. The event log may be behind, and it has
 * no refusals, which have no events.
 */
const spokenOf = (commit: Commit, instance: readonly Commit[]): readonly CommitId[] => {
  const sends = sendsIn(instance.flatMap(kernelOf));
  const [, , source, number] = commit.command.split('/');
  const reactedTo =
    cameBy(commit).came === 'reaction' && source !== undefined ? [{ stream: source, commit: Number(number) }] : [];
  const outcomes = kernelOf(commit).flatMap(({ type, data }) => {
    if (type !== 'CommandDone' && type !== 'CommandRefused') return [];
    const send = sends.get(data.number);
    return send ? [{ stream: send.to, commit: data.commit }] : [];
  });
  return [...reactedTo, ...outcomes];
};

/** Everything that is known of one correlation, and where its processes stand now. */
export const readTrace = async (tracing: Tracing, correlation: string): Promise<Trace> => {
  const { store, processes } = tracing;
  const { places, cut } = await logged(tracing, correlation);
  const isInstance = (stream: string) => processes.includes(parseStream(stream)?.category ?? '');
  const commits = new Map<string, Commit>();
  const instances = new Map<string, readonly Commit[]>();
  const missing = new Map<string, CommitId>();
  const isNew = (place: CommitId) => !commits.has(nameOf(place)) && !missing.has(nameOf(place));

  /** An instance from the first of its commits that belong here up to its end: what came of it later says where it stands. */
  const follow = async (stream: string) => {
    const known = [...commits.values()].filter((each) => each.stream === stream).map(({ commit }) => commit);
    const from = known.length > 0 ? Math.min(...known) : 1;
    const { commits: first, next } = await store.read(stream, { from, limit: followed });
    // Its last commit says where it stands, however far that is.
    const { commits: last } =
      next === undefined ? { commits: [] } : await store.read(stream, { from: next, newestFirst: true, limit: 1 });
    const own = [...first, ...last];
    instances.set(stream, own);
    // An operator's request has its own correlation id, and is part of the story.
    for (const commit of own)
      if (commit.meta.correlation === correlation || cameBy(commit).came === 'order') commits.set(nameOf(commit), commit);
  };

  let wanted: readonly CommitId[] = places;
  while (wanted.length > 0 && commits.size < mostCommits) {
    await atOnce(commitsAtOnce, wanted, async (place) => {
      const commit = await store.find(place.stream, place.commit);
      if (commit) commits.set(nameOf(place), commit);
      else missing.set(nameOf(place), place);
    });
    // The log may not have an instance yet whose commands have taken effect: their ids name it.
    const streams = new Set([...commits.values()].flatMap((commit) => [commit.stream, cameBy(commit).instance ?? []].flat()));
    for (const stream of streams) if (isInstance(stream) && !instances.has(stream)) await follow(stream);
    const spoken = [...commits.values()].flatMap((commit) => spokenOf(commit, instances.get(commit.stream) ?? []));
    wanted = [...new Map(spoken.filter(isNew).map((place) => [nameOf(place), place])).values()];
  }
  if (commits.size === 0 && missing.size === 0)
    throw notFound(`commit of the correlation ${correlation} in the event log. New commits appear there within a second or so`);
  return traceOf({
    correlation,
    commits: [...commits.values()],
    instances,
    missing: [...missing.values()],
    cut: cut || wanted.length > 0,
  });
};
