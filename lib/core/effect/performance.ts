import type { Trail } from '../commit.ts';
import { trailOf } from '../commit.ts';
import { earlierOf, later } from '../instant.ts';
import type { DataOf } from '../message.ts';
import type { AnyEffect } from './effect.ts';
import type { EffectEvent } from './events.ts';

type Stored = Readonly<{ v: number; data: unknown }>;

/** A known outcome of a performance: the provider's answer, or its refusal. */
export type KnownOutcome = DataOf<EffectEvent, 'EffectAnsweredLate'>['outcome'];

/**
 * One performance of an effect: the state of its stream.
 * @example const { status, attempts }: Performance = known.state as Performance;
 */
export type Performance = Readonly<{
  /** `new` before it is asked for; `open` as long as tries may follow. The others are its outcome. */
  status: 'new' | 'open' | 'answered' | 'refused' | 'timed-out';
  /** What the process has been told of its latest request: nothing more is told. */
  told?: 'answered' | 'refused' | 'timed-out';
  instance: string;
  number: number;
  round: number;
  input: Stored;
  attempts: number;
  /** The idempotency key, from the first try on. */
  key?: string;
  /** The end of the time of the try that runs. */
  until?: string;
  /** Not before this is the next try. */
  again?: string;
  giveUpAt: string;
  /** The tries since it was asked for, or retried, at most as many as declared. */
  tries: number;
  /** Why the last try failed. */
  why?: string;
  late?: KnownOutcome;
}> &
  Trail;

/** A performance before its first event. */
export const newPerformance: Performance = {
  status: 'new',
  instance: '',
  number: 0,
  round: 0,
  input: { v: 1, data: {} },
  attempts: 0,
  tries: 0,
  giveUpAt: '',
  correlation: '',
};

/** The outcome in a word, as in a performance's status. */
export const statusOf = (outcome: KnownOutcome): 'answered' | 'refused' => ('answer' in outcome ? 'answered' : 'refused');

type Evolve = { readonly [T in EffectEvent['type']]: (state: Performance, data: DataOf<EffectEvent, T>) => Performance };

const closed = ({ until: _, again: __, ...state }: Performance, status: 'answered' | 'refused' | 'timed-out'): Performance => ({
  ...state,
  status,
});

const told = (state: Performance, status: 'answered' | 'refused' | 'timed-out'): Performance => ({
  ...closed(state, status),
  told: status,
});

/** The evolve functions of a performance. */
export const evolvePerformance: Evolve = {
  EffectRequested: ({ told: _, again: __, ...state }, { instance, number, round, input, giveUpAt, ...trail }) => ({
    ...state,
    status: 'open',
    instance,
    number,
    round,
    input,
    giveUpAt,
    tries: 0,
    ...trailOf(trail),
  }),
  EffectTried: ({ again: _, ...state }, { attempt, key, until }) => ({
    ...state,
    attempts: attempt,
    tries: state.tries + 1,
    key,
    until,
  }),
  EffectFailed: ({ until: _, again: __, ...state }, { why, again }) => ({ ...state, why, ...(again !== undefined && { again }) }),
  EffectAnswered: (state) => told(state, 'answered'),
  EffectRefused: (state) => told(state, 'refused'),
  EffectTimedOut: (state, { why }) => told({ ...state, why }, 'timed-out'),
  EffectAnsweredLate: (state, { outcome }) => ({
    // A second outcome that contradicts the first is listed; what the process was told stays what it is.
    ...closed(state, state.told === 'timed-out' ? statusOf(outcome) : (state.told ?? statusOf(outcome))),
    late: outcome,
  }),
  EffectRetried: ({ again: _, ...state }, { giveUpAt }) => ({ ...state, status: 'open', giveUpAt, tries: 0 }),
  EffectGivenUp: (state, { why }) => ({ ...closed(state, 'timed-out'), why }),
};

/** The next work of a performance: a try now, waiting until an instant, giving up, or nothing. */
export type EffectWork = Readonly<{ do: 'nothing' | 'try' | 'give-up' } | { do: 'wait'; until: string }>;

/** The next work of a performance at an instant. A try that runs has its time, and one that ended without a word is over after it. */
export const nextEffectWork = ({ status, until, again, giveUpAt }: Performance, at: string): EffectWork => {
  if (status !== 'open') return { do: 'nothing' };
  if (until !== undefined && until > at) return { do: 'wait', until };
  if (giveUpAt <= at) return { do: 'give-up' };
  if (again !== undefined && again > at) return { do: 'wait', until: earlierOf(again, giveUpAt) };
  return { do: 'try' };
};

const first = { seconds: 2 };
const longest = { minutes: 5 };

/** The time of the next try after this many failed ones. */
export const againAt = ({ retries = {} }: Pick<AnyEffect, 'retries'>, at: string, failed: number): string => {
  const limit = later(at, retries.longest ?? longest);
  const start = Date.parse(later(at, retries.first ?? first)) - Date.parse(at);
  // Without a limit to the exponent the time would end after some thousand failures.
  const next = later(at, { seconds: (start / 1_000) * 2 ** Math.min(failed - 1, 30) });
  return earlierOf(next, limit);
};
