import type { Commit } from '../../../core/commit.ts';
import { atOnce } from '../../at-once.ts';
import type { QueueRecord } from '../../delivery/received.ts';
import type { Log, Queue, Store } from '../../ports.ts';
import type { SweepSettings } from '../../settings.ts';
import {
  type Beyond,
  type Compared,
  findings,
  type Lagging,
  type LookedAt,
  sayBeyond,
  type Unlooked,
} from '../sweep-findings.ts';
import { repair } from '../sweep-repair.ts';
import { type Head, type SweepTarget, withoutBuilding } from '../sweep-target.ts';
import { type Again, type NotedCommit, note, notedIn } from './journal.ts';

export type LookingAtNew = Readonly<{
  store: Pick<Store, 'read' | 'find'>;
  targets: readonly SweepTarget[];
  /** The journal: what has not arrived is noted there again. */
  journal: Pick<Queue, 'send'>;
  log: Log;
  settings: Pick<SweepSettings, 'backlog' | 'repairsPerConsumer' | 'noteBytes' | 'lookTurns'>;
}>;

/** The result of a look at what is new. */
export type Looked = Readonly<{
  commits: number;
  /** Cursors and ends of streams that were read. */
  cursors: number;
  lagging: number;
  sent: number;
  left: number;
  beyond: number;
  /** The records to retry. */
  failed: readonly string[];
}>;

type Light = Compared & NotedCommit;
/** A consumer by cursors that were read for many streams at once, and may be a moment old. */
type Glance = LookedAt<Light> & Readonly<{ target: SweepTarget }>;

const streamsAtOnce = 25;
/** Whatever was noted is due. */
const always = { dueBefore: '~' };

const headsOf = async ({ head, heads }: SweepTarget, streams: readonly string[]): Promise<ReadonlyMap<string, Head>> => {
  if (heads) return heads(streams);
  const found = await atOnce(streamsAtOnce, streams, async (stream) => [stream, await head(stream)] as const);
  return new Map(found.flatMap(([stream, each]) => (each ? [[stream, each]] : [])));
};

const glanceAt = async (target: SweepTarget, noted: readonly NotedCommit[]): Promise<Glance> => {
  const concerns = (commit: NotedCommit) => target.mayConcern(commit);
  const heads = await headsOf(target, [...new Set(noted.filter(concerns).map(({ stream }) => stream))]);
  return { name: target.name, target, concerns, head: async (stream) => heads.get(stream) };
};

type Suspect = Lagging<Light, Glance>;

/**
 * The suspects that are found lagging by their commits and by cursors that are up to date. Of each type the newest commit was noted, which is enough: where an
 * earlier one concerns a consumer, so does the newest.
 */
const confirmed = async ({ store }: Pick<LookingAtNew, 'store'>, suspects: readonly Suspect[], noted: readonly NotedCommit[]) => {
  const byStream = Map.groupBy(suspects, ({ newest }) => newest.stream);
  const own = Map.groupBy(noted, ({ stream }) => stream);
  return atOnce(streamsAtOnce, byStream, async ([stream, those]) => {
    const numbers = [...new Set((own.get(stream) ?? []).map(({ commit }) => commit))];
    const read = await Promise.all(numbers.map((commit) => store.find(stream, commit)));
    const commits = read.filter((commit): commit is Commit => commit !== undefined);
    return findings({ store, targets: those.map(({ target }) => target.target) }, commits, always);
  });
};

type Lacking = Readonly<{ target: SweepTarget; stream: string }>;
type Compare = Readonly<{ lagging: readonly Lagging[]; beyond: readonly Beyond[]; again: readonly Lacking[]; reads: number }>;

/** What has something to do in some minutes is looked at then; what has in days is the next pass's. */
const laterOf = <C extends Compared, T>(unlooked: readonly Unlooked<C, T>[], targetOf: (looked: T) => SweepTarget): Lacking[] =>
  unlooked
    .filter(({ waits }) => waits !== 'long')
    .map(({ target, oldest: { stream } }) => ({ target: targetOf(target), stream }));

/** Compares noted commits with the cursors of some consumers: with many at once, and where one seems to lack something once more, exactly. */
const compare = async (
  { store }: Pick<LookingAtNew, 'store'>,
  targets: readonly SweepTarget[],
  noted: readonly NotedCommit[],
): Promise<Compare> => {
  const glances = await Promise.all(targets.map((target) => glanceAt(target, noted)));
  const light = noted.map((commit): Light => ({ ...commit, at: '' }));
  const first = await findings({ store, targets: glances }, light, always);
  const second = await confirmed({ store }, first.lagging, noted);
  const lagging = second.flatMap((each) => each.lagging);
  return {
    lagging,
    beyond: [...first.beyond, ...second.flatMap(({ beyond }) => beyond)],
    // This includes what is sent now: only the next look shows that it arrived.
    again: [
      ...lagging.map(({ target, newest: { stream } }) => ({ target, stream })),
      ...laterOf(first.unlooked, ({ target }) => target),
      ...laterOf(
        second.flatMap(({ unlooked }) => unlooked),
        (target) => target,
      ),
    ],
    reads: first.reads + second.reduce((sum, { reads }) => sum + reads, 0),
  };
};

type Noting = Pick<LookingAtNew, 'journal' | 'settings' | 'log'>;

/** Notes commits that are to be looked at again for a consumer. After many looks they are left to the pass over the table, which reads them in any case. */
const noteAgain = async ({ journal, settings, log }: Noting, commits: readonly NotedCommit[], again: Again): Promise<void> => {
  if (commits.length === 0) return;
  if (again.turn <= settings.lookTurns) return note({ queue: journal, most: settings.noteBytes }, commits, again);
  log.error('Some commits have not arrived after many looks; the next pass looks at them.', {
    consumer: again.of,
    streams: new Set(commits.map(({ stream }) => stream)).size,
  });
};

/** Looks are ever further apart, so that a consumer which stands still for days costs little. */
const isTurn = (turn: number): boolean => Number.isInteger(Math.log2(turn));

/** Looks at noted commits for all consumers, or for one, sends what it lacks, and notes that again. */
const lookAt = async (
  given: LookingAtNew,
  noted: readonly NotedCommit[],
  {
    again,
    live,
    send,
  }: Readonly<{ again: Again | undefined; live: readonly SweepTarget[]; send: ReturnType<typeof repair>['send'] }>,
) => {
  const turn = again?.turn ?? 1;
  const asked = given.targets.filter(({ id }) => again === undefined || id === again.of);
  const looked = isTurn(turn) ? asked.filter((target) => live.includes(target)) : [];
  const found = await compare(given, looked, noted);
  sayBeyond(given.log, found.beyond);
  const { sent, left } = await send(found.lagging);
  const lacking = Map.groupBy(found.again, ({ target }) => target);
  for (const target of asked) {
    const streams = looked.includes(target) ? new Set(lacking.get(target)?.map(({ stream }) => stream)) : undefined;
    const commits = noted.filter((commit) => streams?.has(commit.stream) !== false && target.mayConcern(commit));
    await noteAgain(given, commits, { of: target.id, turn: turn + 1 });
  }
  return {
    commits: noted.length,
    cursors: found.reads,
    lagging: found.lagging.length,
    sent,
    left,
    beyond: found.beyond.length,
  };
};

/**
 * Looks at commits that the journal has had for some time: sends those that did not arrive, and notes them again until they have. A revision that is being built
 * is looked at when it is live. It forgets nothing that was not found arrived: if it fails, all of it comes again.
 */
export const lookAtNew = async (given: LookingAtNew, records: readonly QueueRecord[]): Promise<Looked> => {
  const { log, settings } = given;
  const read = records.map(({ id, body }) => ({ id, said: notedIn(body) }));
  const failed = read.filter(({ said }) => said === undefined).map(({ id }) => id);
  if (failed.length > 0) log.error('A message has an unknown form.', { messages: failed });
  const live = await withoutBuilding(given.targets);
  const { send } = repair({ log, backlog: settings.backlog, most: settings.repairsPerConsumer });
  const counts = { commits: 0, cursors: 0, lagging: 0, sent: 0, left: 0, beyond: 0 };
  const groups = Map.groupBy(
    read.flatMap(({ said }) => said ?? []),
    ({ again }) => JSON.stringify(again),
  );
  for (const those of groups.values()) {
    const looked = await lookAt(
      given,
      those.flatMap(({ commits }) => commits),
      { again: those[0]!.again, live, send },
    );
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += looked[name];
  }
  return { ...counts, failed };
};
