import { hash } from 'node:crypto';
import type { Commit } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { type Change, difference } from '../../core/difference.ts';
import type { Manifest } from '../../core/manifest.ts';
import { hashCharacters, partsOf, sampleSealed, sealedOf } from '../../core/personal/sealed.ts';
import { type AnyProjection, sourceOf } from '../../core/projection.ts';
import { storedDecidersOf } from '../../core/reservation.ts';
import { parseStream } from '../../core/stream.ts';
import { type StandIn, withStandIns } from '../../engine/history/plain-event.ts';
import type { ViewItem } from '../../engine/ports.ts';
import { foldCommit } from '../../engine/store/fold-commit.ts';
import { storable } from '../../engine/store/storable.ts';
import { apply } from '../../engine/view/apply.ts';
import type { StateLine } from './export-line.ts';

/** The first commit of a stream that the present code cannot apply. */
export type Failure = Readonly<{ stream: string; commit: number; by: string; reason: string }>;

/** A state that the present code computes differently. */
export type Differing = Readonly<{ stream: string; version: number; changes: readonly Change[] }>;

export type HistoryReport = Readonly<{
  commits: number;
  streams: number;
  /** Commits that were there already: exports may overlap. */
  repeated: number;
  compared: number;
  failures: readonly Failure[];
  differing: readonly Differing[];
  /** Given states that match no commit of the export, so that they could not be compared. */
  uncompared: readonly Pick<StateLine, 'stream' | 'version'>[];
}>;

/** The data kept for a stream: never its commits. */
type Kept = {
  commit: number;
  version: number;
  state: unknown;
  stopped: boolean;
  heads: Map<AnyProjection, ViewItem>;
};

const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? ` ${cause.cause.message.replaceAll(/\s+/g, ' ')}` : '';
  return `${cause.name}: ${cause.message}${inner}`;
};

/** A plain value sealed in name only, so that equal ones can be compared. */
const standIn: StandIn = ({ plain, find }) => {
  const digest = hash('sha256', JSON.stringify(plain), 'base64url').slice(0, hashCharacters);
  return sealedOf({ ...partsOf(sampleSealed(find)), hash: digest });
};

const foldOn = (kept: Kept, decider: AnyDecider, commit: Commit): void => {
  if (commit.version !== kept.version + commit.events.length)
    throw new Error(`its ${commit.events.length} events cannot lead from version ${kept.version} to version ${commit.version}`);
  kept.state = foldCommit(decider, kept.state, commit);
};

const projectOn = (kept: Kept, projection: AnyProjection, commit: Commit): void => {
  const before = kept.heads.get(projection);
  if (before?.parked) return;
  const { head } = apply(projection, before, [commit], commit.at);
  kept.heads.set(projection, head);
  if (head.parked) throw new Error(head.parked.reason);
};

/** Runs a part of the check; false, and a failure is noted, if it throws. */
type Attempt = (commit: Pick<Commit, 'stream' | 'commit'>, by: string, work: () => void) => boolean;

const attemptInto =
  (failures: Failure[]): Attempt =>
  (commit, by, work) => {
    try {
      work();
      return true;
    } catch (cause) {
      failures.push({ stream: commit.stream, commit: commit.commit, by, reason: reasonOf(cause) });
      return false;
    }
  };

/** Takes a stream on by one commit, through its decider and the views over it. */
const streamFolder = (manifest: Manifest, attempt: Attempt) => {
  const deciders = new Map<string, AnyDecider>(storedDecidersOf(manifest).map((decider) => [decider.category, decider]));
  const categoryOf = (stream: string) => parseStream(stream)?.category ?? '';
  return {
    initial: (stream: string): Kept => {
      const state: unknown = deciders.get(categoryOf(stream))?.initial;
      return { commit: 0, version: 0, state, stopped: false, heads: new Map() };
    },
    /** A stream that failed is not folded further: one failure, not one for each later commit. */
    follow: (kept: Kept, commit: Commit): void => {
      const category = categoryOf(commit.stream);
      const decider = deciders.get(category);
      const fits = attempt(commit, 'the history', () => {
        if (!decider) throw new Error(`no aggregate of the manifest has the category '${category}'`);
        if (commit.commit !== kept.commit + 1) throw new Error(`commit ${kept.commit + 1} is missing before it`);
      });
      let sealed = commit;
      const folds = () => {
        sealed = withStandIns(decider?.events, commit, standIn);
        if (decider) foldOn(kept, decider, sealed);
      };
      if (!fits || !attempt(commit, `the decider of ${category}`, folds)) {
        kept.stopped = true;
        return;
      }
      kept.commit = commit.commit;
      kept.version = commit.version;
      for (const projection of manifest.projections.filter((projection) => sourceOf(projection, commit.stream)))
        attempt(commit, `the view ${projection.name}`, () => projectOn(kept, projection, sealed));
    },
  };
};

/**
 * Folds a history with the present deciders, upcasters and views, line by line, with the commits of streams interleaved in any way, and compares
 * states with those given. Memory grows with the number of streams, not with their length.
 */
export const historyCheck = (manifest: Manifest) => {
  const streams = new Map<string, Kept>();
  const awaited = new Map<string, StateLine[]>();
  const counts = { commits: 0, repeated: 0, compared: 0 };
  const [failures, differing, uncompared]: [Failure[], Differing[], StateLine[]] = [[], [], []];
  const attempt = attemptInto(failures);
  const { initial, follow } = streamFolder(manifest, attempt);

  const compare = ({ stream, version, state }: StateLine, kept: Kept) =>
    attempt({ stream, commit: kept.commit }, 'the state', () => {
      counts.compared += 1;
      const changes = difference(state, storable(kept.state, 'it'));
      if (changes.length > 0) differing.push({ stream, version, changes });
    });

  return {
    commit: (commit: Commit): void => {
      counts.commits += 1;
      const { stream } = commit;
      const kept = streams.get(stream) ?? initial(stream);
      streams.set(stream, kept);
      if (kept.stopped) return;
      if (commit.commit <= kept.commit) counts.repeated += 1;
      else follow(kept, commit);
      if (kept.stopped) return;
      const { now = [], later = [] } = Object.groupBy(awaited.get(stream) ?? [], ({ version }) =>
        version === kept.version ? 'now' : 'later',
      );
      for (const line of now) compare(line, kept);
      awaited.set(stream, later);
    },

    /** A state to compare with, before or right after the commit that it belongs to. */
    state: (line: StateLine): void => {
      const kept = streams.get(line.stream);
      if (kept && !kept.stopped && kept.version === line.version) compare(line, kept);
      else if (kept && kept.version >= line.version) uncompared.push(line);
      else awaited.set(line.stream, [...(awaited.get(line.stream) ?? []), line]);
    },

    /** The present state of every stream that folds. */
    *states(): Generator<StateLine> {
      for (const [stream, { version, state, stopped }] of streams) if (!stopped) yield { stream, version, state };
    },

    report: (): HistoryReport => ({
      ...counts,
      streams: streams.size,
      failures,
      differing,
      uncompared: [...uncompared, ...[...awaited.values()].flat()]
        .filter(({ stream }) => !streams.get(stream)?.stopped)
        .map(({ stream, version }) => ({ stream, version })),
    }),
  };
};
