import { type Commit, versionBefore } from '../../core/commit.ts';
import { kernelOf, type Wait, waitsOf } from '../process/told.ts';
import { type Came, cameBy, type Instances, saysOf, storyOf } from './trace-words.ts';

/** A commit in a trace, with what followed from it. What its events say is not in it, nor what a refusal says beside its reason: who may read that
 * reads the stream's history. */
export type TracedStep = Readonly<{
  stream: string;
  commit: number;
  /** The stream's version after it: the state at this version is the one that it left. */
  version: number;
  at: string;
  /** Since the first commit of the trace. */
  afterMilliseconds: number;
  came: Came;
  /** The command's id. */
  command: string;
  actor: string;
  /** The types of its events, in order. */
  events: readonly string[];
  /** The reason, where a process's command was refused. */
  refused?: string;
  /** A description in words. */
  says: string;
  followed: readonly TracedStep[];
}>;

export type TracedInstance = Readonly<{
  instance: string;
  status: 'running' | 'stuck' | 'parked' | 'ended' | 'unknown';
  ended?: string;
  /** Its history in words. */
  story: string;
}>;

/** Everything that is known of one correlation. */
export type Trace = Readonly<{
  correlation: string;
  from: string;
  milliseconds: number;
  commits: number;
  steps: readonly TracedStep[];
  instances: readonly TracedInstance[];
  waits: readonly Wait[];
  /** Commits that are spoken of and could not be read. */
  missing: readonly Readonly<{ stream: string; commit: number }>[];
  /** There is more than a trace takes. */
  cut: boolean;
}>;

type Gathered = Pick<Trace, 'correlation' | 'missing' | 'cut'> &
  Readonly<{
    commits: readonly Commit[];
    /** Each instance's commits as far as they were read, those of other correlations too. */
    instances: Instances;
  }>;

const inTime = (a: Commit, b: Commit): number => {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return a.commit - b.commit;
};

const holding = (commits: readonly Commit[], eventId: string): Commit | undefined => {
  const slash = eventId.lastIndexOf('/');
  const [stream, version] = [eventId.slice(0, slash), Number(eventId.slice(slash + 1))];
  return commits.find((commit) => commit.stream === stream && version > versionBefore(commit) && version <= commit.version);
};

const before = (commits: readonly Commit[], { stream, commit }: Commit): Commit | undefined =>
  commits.filter((each) => each.stream === stream && each.commit < commit).sort((a, b) => b.commit - a.commit)[0];

/** The cause of a commit: the event or command that its causation names; for a retry, the request to try again. */
const parentOf = (commits: readonly Commit[], commit: Commit): Commit | undefined => {
  const { came, instance, number, attempt } = cameBy(commit);
  if (came === 'order' || came === 'continued') return before(commits, commit);
  const retried =
    came === 'send' && attempt !== undefined && attempt > 1
      ? commits.find((each) => {
          const retries = each.stream === instance ? kernelOf(each) : [];
          return retries.some(
            ({ type, data }) => type === 'CommandRetried' && data.number === number && data.attempt === attempt,
          );
        })
      : undefined;
  const { causation } = commit.meta;
  return retried ?? holding(commits, causation) ?? commits.find(({ command }) => command === causation);
};

/** Parents by child. A commit that would become its own ancestor, which is possible only in a manipulated history, is the root of a tree. */
const parentsOf = (commits: readonly Commit[]): ReadonlyMap<Commit, Commit> => {
  const parents = new Map<Commit, Commit>();
  for (const commit of commits) {
    const parent = parentOf(commits, commit);
    let ancestor = parent;
    while (ancestor && ancestor !== commit) ancestor = parents.get(ancestor);
    if (parent && ancestor !== commit) parents.set(commit, parent);
  }
  return parents;
};

/** The status and the history of an instance, from its commits. */
export const instanceOf = ([instance, commits]: readonly [string, readonly Commit[]]): TracedInstance => {
  const events = commits.flatMap(kernelOf);
  const last = events.findLast(({ type }) => type === 'StepEnded')?.data as Pick<TracedInstance, 'status'> | undefined;
  const ended = events.findLast(({ type }) => type === 'Ended')?.data as { how: string } | undefined;
  const isWhole = commits[0]?.commit === 1;
  return {
    instance,
    status: last?.status ?? 'unknown',
    ...(ended && { ended: ended.how }),
    story: `${isWhole ? '' : '... -> '}${storyOf(events).join(' -> ')}`,
  };
};

/** Makes a tree of commits: of what each followed from, with times, and where it waits. Pieces that are missing cost their own place in it, nothing else. */
export const traceOf = ({ correlation, commits: all, instances, missing, cut }: Gathered): Trace => {
  const commits = all.toSorted(inTime);
  const parents = parentsOf(commits);
  const start = Date.parse(commits[0]?.at ?? '');
  const eventsIn = (stream: string) =>
    (instances.get(stream) ?? commits.filter((each) => each.stream === stream)).flatMap(kernelOf);
  const step = (commit: Commit): TracedStep => ({
    stream: commit.stream,
    commit: commit.commit,
    version: commit.version,
    at: commit.at,
    afterMilliseconds: Date.parse(commit.at) - start,
    came: cameBy(commit).came,
    command: commit.command,
    actor: commit.meta.actor,
    events: commit.events.map(({ type }) => type),
    ...(commit.refused && { refused: commit.refused.reason }),
    says: saysOf(commit, kernelOf(commit), eventsIn),
    followed: commits.filter((each) => parents.get(each) === commit).map(step),
  });
  return {
    correlation,
    from: commits[0]?.at ?? '',
    milliseconds: commits.length === 0 ? 0 : Date.parse(commits.at(-1)!.at) - start,
    commits: commits.length,
    steps: commits.filter((commit) => !parents.has(commit)).map(step),
    instances: [...instances].map(instanceOf),
    waits: [...instances].flatMap(([instance, own]) => waitsOf(instance, own)),
    missing,
    cut,
  };
};
