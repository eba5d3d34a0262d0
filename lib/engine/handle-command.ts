import { type Actor, allowed } from '../core/access.ts';
import { type Commit, type Meta, versionBefore } from '../core/commit.ts';
import { decide, isRefusal, type Refusal } from '../core/decider.ts';
import type { Message } from '../core/message.ts';
import { parseStream } from '../core/stream.ts';
import { storeEvent } from '../core/version.ts';
import type { StateCache } from './cache.ts';
import { BrokenHistory, type Known, recentCommit, snapshotDue } from './history.ts';
import { catchUp, follow, type Loading, load, saveSnapshot } from './load.ts';
import type { Keys } from './ports.ts';
import { itemSize } from './size.ts';
import { storable } from './storable.ts';

/** A command on its way: whose, to which stream, under which id, as part of what. */
export type CommandRequest = Readonly<{
  stream: string;
  command: Message;
  actor: Actor;
  /** The command's id: the same id takes effect at most once. */
  id: string;
  /** Tells a repeat of an id from another command under the same one; absent for an id that nobody can repeat. */
  digest?: string;
  /** The version that the caller has seen, if the command is for that version only. */
  expectedVersion?: number;
  /** The time of what caused it, which its commit is never before. */
  causeAt?: string;
  meta: Omit<Meta, 'actor'>;
}>;

export type CommandAnswer =
  | Readonly<{ outcome: 'committed'; commit: Commit }>
  | Readonly<{ outcome: 'unchanged'; stream: string; version: number; commit: number }>
  | Readonly<{ outcome: 'refused'; refusal: Refusal }>
  | Readonly<{ outcome: 'forbidden' }>
  | Readonly<{ outcome: 'stale'; version: number }>
  | Readonly<{ outcome: 'id-reused' }>
  | Readonly<{ outcome: 'too-large'; size: number; limit: number; unit: 'bytes' | 'events' }>
  | Readonly<{ outcome: 'contended'; tries: number }>;

export type Commanding = Loading & Readonly<{ cache: StateCache; keys: Keys }>;

/** What a decision on a known state comes to: a commit to append, or an answer that appends nothing. */
type Decision = Readonly<{ append: Commit } | { answer: CommandAnswer }>;

const latest = (...instants: readonly (string | undefined)[]): string =>
  instants.reduce<string>((a, b) => (b !== undefined && b > a ? b : a), '');

const decideOn = (commanding: Commanding, known: Known, request: CommandRequest): Decision => {
  const { decider, settings, clock } = commanding;
  const { stream, command, actor, meta } = request;
  const format = decider.commands[command.type];
  if (!format || !allowed(format.may, actor, decider.owner?.(known.state as never))) return { answer: { outcome: 'forbidden' } };
  if (request.expectedVersion !== undefined && request.expectedVersion !== known.version)
    return { answer: { outcome: 'stale', version: known.version } };
  const at = latest(new Date(clock.now()).toISOString(), known.at, request.causeAt);
  const outcome = decide(decider, known.state, command, { id: parseStream(stream)?.id ?? stream, actor, at });
  const refusal = isRefusal(outcome) ? outcome : undefined;
  const events = isRefusal(outcome) ? [] : outcome;
  // A process must find the outcome of its command on the target, whichever of its senders asks; a caller over HTTP need not.
  if (events.length === 0 && actor.role !== 'process')
    return {
      answer: refusal
        ? { outcome: 'refused', refusal }
        : { outcome: 'unchanged', stream, version: known.version, commit: known.commit },
    };
  if (events.length > settings.eventsPerCommit)
    return { answer: { outcome: 'too-large', size: events.length, limit: settings.eventsPerCommit, unit: 'events' } };
  const commit: Commit = {
    stream,
    commit: known.commit + 1,
    version: known.version + events.length,
    events: events.map((event) => storeEvent(decider.events, { ...event, data: storable(event.data) })),
    command: request.id,
    ...(request.digest !== undefined && { digest: request.digest }),
    at,
    meta: { ...meta, actor: actor.id },
    ...(known.hash && { prev: known.hash }),
    ...(refusal && { refused: { reason: refusal.refused, ...(refusal.detail && { detail: storable(refusal.detail) }) } }),
  };
  const size = itemSize(commit);
  return size > settings.commitBytes
    ? { answer: { outcome: 'too-large', size, limit: settings.commitBytes, unit: 'bytes' } }
    : { append: commit };
};

/** The answer to a command that has already taken effect, as far as the caller may know it. */
const firstAnswer = (commit: Commit, { digest }: CommandRequest): CommandAnswer =>
  commit.digest === digest ? { outcome: 'committed', commit } : { outcome: 'id-reused' };

/** Waits with full jitter, more with each lost race. */
const backOff = ({ clock, keys, settings }: Commanding, lost: number) =>
  clock.wait(keys.random() * Math.min(settings.backoffCeilingMilliseconds, settings.backoffMilliseconds * 2 ** (lost - 2)));

/**
 * Handles one command: decides on what is known, appends one commit on the condition that nothing came after, and on a lost
 * race folds the winner and decides again. What appends nothing is confirmed by a consistent read before it is answered.
 */
export const handleCommand = async (commanding: Commanding, request: CommandRequest): Promise<CommandAnswer> => {
  const { store, cache, clock, settings, keys } = commanding;
  let already: Commit | undefined;
  const seen = (commits: readonly Commit[]) => {
    already ??= commits.find(({ command }) => command === request.id);
  };
  const isFresh = ({ readAt }: Known) => {
    const age = clock.now() - readAt;
    return age >= 0 && age <= settings.cacheAgeMilliseconds;
  };
  const loadAnew = () => {
    cache.drop(request.stream);
    return load(commanding, request.stream, seen);
  };
  /** A cached state that the table contradicts is from before a restore: the table is right. */
  const orLoadAnew = (reading: Promise<Known>) =>
    reading.catch((cause: unknown) => {
      if (cause instanceof BrokenHistory) return loadAnew();
      throw cause;
    });
  /** The first answer, if the command is found to have taken effect before. */
  const earlier = async (known: Known): Promise<CommandAnswer | undefined> => {
    if (already) return firstAnswer(already, request);
    const recent = request.digest === undefined ? undefined : recentCommit(keys, known, request.id);
    const commit = recent === undefined ? undefined : await store.find(request.stream, recent);
    return commit?.command === request.id ? firstAnswer(commit, request) : undefined;
  };

  const cached = cache.get(request.stream);
  let confirmed = !cached || !isFresh(cached);
  let known = cached && !confirmed ? cached : await loadAnew();
  for (let lost = 0; lost < settings.tries; ) {
    cache.set(known);
    const first = await earlier(known);
    if (first) return first;
    const decision = decideOn(commanding, known, request);
    if ('answer' in decision && confirmed) return decision.answer;
    if ('answer' in decision || !isFresh(known)) {
      known = await ('answer' in decision ? orLoadAnew(catchUp(commanding, known, seen)) : loadAnew());
      confirmed = true;
      continue;
    }
    const sentAt = clock.now();
    const saving = snapshotDue(known, settings.snapshotBytes) && saveSnapshot(commanding, known);
    const [appended] = await Promise.all([store.append(decision.append), saving]);
    if (appended.stored) {
      cache.set({ ...follow(commanding, known, [decision.append]), readAt: sentAt });
      return { outcome: 'committed', commit: decision.append };
    }
    lost += 1;
    const winner = appended.winner;
    const before = known;
    seen([winner]);
    known = await orLoadAnew((async () => ({ ...follow(commanding, before, [winner]), readAt: sentAt }))());
    confirmed = false;
    if (lost === 1 || already) continue;
    await backOff(commanding, lost);
    known = await orLoadAnew(catchUp(commanding, known, seen));
    confirmed = true;
  }
  return (await earlier(known)) ?? { outcome: 'contended', tries: settings.tries };
};

/** What the caller of a committed command is told: a function of the commit alone, so that a repeat gets it byte for byte. */
export const committedAnswer = (commit: Commit) => {
  const before = versionBefore(commit);
  return {
    stream: commit.stream,
    version: commit.version,
    commit: commit.commit,
    events: commit.events.map(({ type }, i) => ({ type, version: before + i + 1 })),
  };
};
