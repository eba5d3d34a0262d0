import { type Commit, versionBefore } from '../../core/commit.ts';
import { type AnyDecider, fold } from '../../core/decider.ts';
import { ProblemError } from '../../core/problem.ts';
import type { Page } from '../ports.ts';
import { invalid } from '../problems.ts';
import { eventsIn } from '../store/fold-commit.ts';
import type { Known } from '../store/known.ts';
import type { Loading } from '../store/load.ts';
import { itemSize } from '../store/size.ts';

/** A place in a stream's past: after a version, or at an instant. */
export type Moment = Readonly<{ version: number } | { at: string }>;

/** A state of the past and its place. */
export type Past = Readonly<{ stream: string; version: number; at: string; state: unknown }>;

/** The known states of a stream: now, and in its snapshot, if it has one. */
export type Readable = Readonly<{ now: Known; snapshot: Known | undefined }>;

/** The first request reads so many commits: a moment early in a long stream is no reason to read a megabyte. */
const firstCommits = 100;
const tooFar = (stream: string, commit: number): ProblemError =>
  new ProblemError({
    kind: 'too-far-back',
    detail: `${stream} is too long to be folded from its beginning for one answer: commit ${commit} was reached. Ask for an earlier moment, or for one after the stream's last snapshot, or read its history.`,
    extra: { stream, reached: commit },
  });

/**
 * True if folding may start from a state for a moment: the state is before it, and the commits behind it tell the time of the moment's own
 * event.
 */
const isBefore = ({ version, at }: Known, moment: Moment): boolean =>
  'at' in moment ? at <= moment.at : version < moment.version;

/** The number of events of a commit up to a moment; undefined if the moment is before the commit. */
const eventsUntil = (moment: Moment, commit: Commit): number | undefined => {
  const before = versionBefore(commit);
  if ('at' in moment) return commit.at > moment.at ? undefined : commit.events.length;
  return before >= moment.version ? undefined : Math.min(commit.events.length, moment.version - before);
};

/** A stream is at version 0 from the beginning, even if it refused commands of processes: a later owner must not see when that was. */
const atOf = ({ version, at }: Pick<Past, 'version' | 'at'>): string => (version === 0 ? '' : at);

const foldedOn = (decider: AnyDecider, past: Past, commit: Commit, count: number): Past => {
  const version = versionBefore(commit) + count;
  const events = eventsIn(decider.events, { ...commit, events: commit.events.slice(0, count), version });
  return { ...past, version, at: atOf({ version, at: commit.at }), state: fold(decider, past.state, events) };
};

/** Folds on from one state to some moments, in one pass over the commits, page by page in bounded memory. */
const walk = async (
  { decider, store, settings }: Loading,
  { start, commit: from }: Readonly<{ start: Past; commit: number }>,
  moments: readonly Moment[],
): Promise<readonly Past[]> => {
  const pasts = moments.map(() => start);
  let whole = start;
  let open = moments.map((_, i) => i);
  let bytes = 0;
  for (let next: number | undefined = from + 1; next !== undefined && open.length > 0; ) {
    if (bytes > settings.pastBytes) throw tooFar(start.stream, next - 1);
    const page: Page = await store.read(start.stream, { from: next, ...(bytes === 0 && { limit: firstCommits }) });
    bytes += page.commits.reduce((sum, commit) => sum + itemSize(commit), 0);
    for (const commit of page.commits) {
      const before = whole;
      whole = foldedOn(decider, before, commit, commit.events.length);
      open = open.filter((i) => {
        const count = eventsUntil(moments[i]!, commit);
        if (count === undefined) return false;
        pasts[i] = count === commit.events.length ? whole : foldedOn(decider, before, commit, count);
        return count === commit.events.length;
      });
      if (open.length === 0) break;
    }
    next = page.next;
  }
  return pasts;
};

/** The states at some moments: each from the latest state known that lies before it, so that only what lies far back is folded from the beginning. */
export const statesAt = async (
  loading: Loading,
  { now, snapshot }: Readable,
  moments: readonly Moment[],
): Promise<readonly Past[]> => {
  const { stream, version } = now;
  for (const moment of moments)
    if ('version' in moment && moment.version > version)
      throw invalid('version', `${stream} is at version ${version}; there is no version ${moment.version} yet`);
  const beginning = { start: { stream, version: 0, at: '', state: loading.decider.initial }, commit: 0 };
  const pastOf = (known: Known): Past => ({ stream, version: known.version, at: atOf(known), state: known.state });
  const states = new Map<Moment, Past>();
  const fromSnapshot = moments.filter((moment) => snapshot && isBefore(snapshot, moment));
  const fromBeginning = moments.filter((moment) => !fromSnapshot.includes(moment));
  const walks: (readonly [readonly Moment[], typeof beginning])[] = [[fromBeginning, beginning]];
  if (snapshot) walks.push([fromSnapshot, { start: pastOf(snapshot), commit: snapshot.commit }]);
  for (const [wanted, from] of walks) {
    const pasts = wanted.length > 0 ? await walk(loading, from, wanted) : [];
    wanted.forEach((moment, i) => void states.set(moment, pasts[i]!));
  }
  return moments.map((moment) => states.get(moment)!);
};
