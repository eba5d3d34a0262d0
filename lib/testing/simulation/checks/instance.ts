import { isDeepStrictEqual } from 'node:util';
import type { Commit } from '../../../core/commit.ts';
import { type Cause, type ProcessEvent, processEvents } from '../../../core/process/events.ts';
import { readEvent } from '../../../core/version.ts';
import {
  type Book,
  close,
  deadlineKey,
  isHeld,
  newBook,
  type Of,
  openSends,
  resolutionKey,
  type Streams,
  statusOf,
  waiting,
} from './instance-book.ts';
import { reactionFault } from './reaction.ts';

/** The result of reading an instance's stream. */
export type PastOfInstance = Readonly<Pick<Book, 'sends' | 'deadlines' | 'parked' | 'ended'>> &
  Readonly<{
    status: ReturnType<typeof statusOf>;
    /** Work that could continue and does not, in words. */
    left: readonly string[];
  }>;

const kernel = ({ events }: Commit): readonly ProcessEvent[] =>
  events.flatMap((stored) =>
    Object.hasOwn(processEvents, stored.type) ? [readEvent(processEvents, stored) as ProcessEvent] : [],
  );

const causeOf = (cause: Cause): string => {
  if ('event' in cause) return `event ${cause.event.id}`;
  if ('resolved' in cause) return resolutionKey;
  return 'due' in cause ? deadlineKey(cause.due) : `outcome ${cause.outcome.number}`;
};

const putOff = ({ sends }: Book, cause: Cause): void => {
  const send = 'outcome' in cause ? sends.get(cause.outcome.number) : undefined;
  if (send) send.putOff = true;
};

const outcomeFault = (
  { stream, sends }: Book,
  streams: Streams,
  { number, attempt, commit, at, reason }: Of<'CommandDone'> & Readonly<{ reason?: string }>,
): string | undefined => {
  const send = sends.get(number);
  const id = `${number}/${attempt}`;
  if (send?.state !== 'open' || send.attempt !== attempt) return `has an outcome of ${id}, which is not open`;
  const there = streams.get(send.to)?.[commit - 1];
  if (there?.command !== `process/${stream}/${id}`)
    return `knows an outcome of ${id}, and ${send.to} has no such commit ${commit}`;
  if (there.refused?.reason !== reason || there.at !== at) return `knows another outcome of ${id} than ${send.to}`;
  if (there.at < send.at) return `has ${send.to} ${commit}, which is from before its decision`;
  send.state = 'closed';
  send.outcomes.push({ attempt, commit, refused: reason !== undefined });
  return undefined;
};

const toldAs: Readonly<Record<string, Of<'EffectEnded'>['how']>> = {
  EffectAnswered: 'answered',
  EffectRefused: 'refused',
  EffectTimedOut: 'timed-out',
};

type Rules = {
  readonly [T in ProcessEvent['type']]: (book: Book, data: Of<T>, at: string, streams: Streams) => string | undefined;
};

/** Applies each event and checks that it is allowed: answers the fault, in the protocol's words. */
const rules: Rules = {
  Reacted: (book, reacted, at, streams) => {
    const { number, sends, set, cancelled } = reacted;
    if (number !== ++book.reactions) return `has the reaction ${number} instead of ${book.reactions}`;
    const fault = reactionFault(book, streams, reacted, at) ?? close(book, cancelled);
    for (const { number: own, to, performs } of sends) {
      if (own !== book.sends.size + 1) return `numbers a send ${own} instead of ${book.sends.size + 1}`;
      book.sends.set(own, {
        to,
        at: reacted.at,
        attempt: 1,
        state: 'open',
        outcomes: [],
        told: [],
        ...(performs && { performs }),
      });
      if ('resolved' in reacted.occasion) book.settling.add(own);
    }
    for (const { name, at: dueAt } of set) book.deadlines.set(name, { name, setBy: number, at: dueAt });
    return fault;
  },
  CommandDone: (book, done, _, streams) => outcomeFault(book, streams, done),
  CommandRefused: (book, refused, _, streams) => outcomeFault(book, streams, refused),
  EffectEnded: (book, { number, attempt, commit, at, how }, _, streams) => {
    const send = book.sends.get(number);
    if (!send?.performs || send.attempt !== attempt)
      return `is told the outcome of the effect ${number}/${attempt}, which is not open`;
    if (send.told.some((told) => told.attempt === attempt)) return `is told the outcome of the effect ${number}/${attempt} twice`;
    const there = streams.get(send.to)?.[commit - 1];
    if (there?.at !== at || !there.events.some(({ type }) => toldAs[type] === how))
      return `knows an outcome of the effect ${number}/${attempt}, and ${send.to} has no such commit ${commit}`;
    send.told.push({ attempt, how });
    if (send.state === 'open') {
      // The command that asked for it took effect, or there would be no outcome.
      send.state = 'closed';
      const asked = streams.get(send.to)?.find(({ command }) => command === `process/${book.stream}/${number}/${attempt}`);
      if (!asked) return `is told the outcome of the effect ${number}/${attempt}, which nobody asked for`;
      send.outcomes.push({ attempt, commit: asked.commit, refused: false });
    }
    return undefined;
  },
  InstanceStuck: (book, { number, reason }) => {
    book.stuck = [...book.stuck, number];
    return reason ? undefined : 'is stuck without a reason';
  },
  CommandRetried: (book, { number, attempt, at }) => {
    const send = book.sends.get(number);
    if (!send || !book.stuck.includes(number) || attempt !== send.attempt + 1)
      return `retries ${number}/${attempt}, which is not stuck`;
    book.stuck = book.stuck.filter((each) => each !== number);
    Object.assign(send, { attempt, state: 'open', at });
    return undefined;
  },
  InstanceParked: (book, { cause, thrown }) => {
    if (book.parked) return 'is parked twice';
    const key = causeOf(cause);
    putOff(book, cause);
    book.parked = { cause: key, thrown };
    book.taking = undefined;
    if (!('due' in cause) || book.fired.has(key)) return undefined;
    book.fired.add(key);
    return close(book, [cause.due]);
  },
  InstanceResumed: (book) => {
    if (!book.parked) return 'is resumed, and was not parked';
    book.deferred.unshift(book.parked.cause);
    book.parked = undefined;
    return undefined;
  },
  InstanceResolved: (book) => {
    const status = statusOf(book);
    if (status !== 'parked' && status !== 'stuck') return `is resolved while it is ${status}`;
    // A command that follows on a resolution is dropped only behind a stuck command that follows on a resolution too.
    const settled = { ...book, stuck: book.stuck.filter((number) => book.settling.has(number)) };
    for (const [number, send] of book.sends)
      if (send.state === 'open' && isHeld(book.settling.has(number) ? settled : book, send)) send.state = 'dropped';
    book.stuck = [];
    book.parked = undefined;
    book.deferred.length = 0;
    book.resolved ||= book.ended === undefined;
    return undefined;
  },
  CauseDeferred: (book, { cause }) => {
    putOff(book, cause);
    book.deferred.push(causeOf(cause));
    return book.ended === undefined ? undefined : 'defers a cause although it is over';
  },
  CauseTaken: (book) => {
    book.taking = book.deferred.shift();
    return book.taking === undefined ? 'takes up what nobody deferred' : undefined;
  },
  Ended: (book, { how, cancelled }) => {
    const fault = close(book, cancelled);
    book.ended = how;
    book.deferred.length = 0;
    return fault ?? (book.deadlines.size > 0 ? `ends, and '${[...book.deadlines.keys()].join()}' is still open` : undefined);
  },
  /** The fields that the sweep and the view of instances rely on. */
  StepEnded: (book, said) => {
    book.taking = undefined;
    if (book.resolved && book.ended === undefined && !book.parked) return 'was resolved, and is not over';
    const status = statusOf(book);
    const [due] = status === 'running' ? [...book.deadlines.values()].map(({ at }) => at).sort() : [];
    const [sends, deferred] = [openSends(book).length, waiting(book).length];
    const right = { status, sends, deferred, ...(due !== undefined && { due }) };
    return isDeepStrictEqual(said, right) ? undefined : `says ${JSON.stringify(said)}, and it is ${JSON.stringify(right)}`;
  },
};

/** The bookkeeping of one instance, done independently from the protocol's words; or the fault of its stream. */
export const instancePast = (stream: string, commits: readonly Commit[], streams: Streams): PastOfInstance | string => {
  const book = newBook(stream);
  for (const commit of commits) {
    const events = kernel(commit);
    const ends = events.filter(({ type }) => type === 'StepEnded');
    if (ends.length !== 1 || commit.events.at(-1)?.type !== 'StepEnded')
      return `${stream} ${commit.commit} does not say how it ends`;
    for (const { type, data } of events) {
      const fault = rules[type](book, data as never, commit.at, streams);
      if (fault !== undefined) return `${stream} ${commit.commit}: it ${fault}`;
    }
  }
  const left = [
    ...openSends(book).map(([number, { to }]) => `the command ${number} to ${to} has no outcome`),
    ...waiting(book).map((cause) => `the ${cause} was deferred`),
  ];
  return { ...book, status: statusOf(book), left };
};
