import * as z from 'zod';
import type { Commit } from '../commit.ts';
import { type EventOf, readEvent, v1 } from '../version.ts';

const instant = z.string();
const number = z.int().positive();
const trail = { correlation: z.string(), traceparent: z.string().optional() };

/** Data in an effect's own format, with the version that it was stored in. */
const stored = z.object({ v: number, data: z.unknown() });

/** Which performance of which instance an outcome is for: an instance numbers its performances as it numbers its sends, and its requests of one by attempts. */
const asked = { instance: z.string(), number, round: number };
/** The operator who gave the outcome by hand, and the reason. */
const byHand = z.object({ by: z.string(), why: z.string() });
const outcome = { ...asked, attempt: z.int().nonnegative(), byHand: byHand.optional() };
const refusal = { reason: z.string(), detail: z.unknown().optional() };

/**
 * The events of the stream of one performance of an effect. Stored formats of 2026-11.
 * @example readEvent(effectEvents, { type: 'EffectTried', v: 1, data: { attempt: 1, key, until } });
 */
export const effectEvents = {
  /** A process asks for it. `giveUpAt` is the time at which the process is told that no answer came. */
  EffectRequested: v1(z.object({ ...asked, input: stored, at: instant, giveUpAt: instant, ...trail })),
  /** A try begins. No other one begins before `until`. The key is the same at every try. */
  EffectTried: v1(z.object({ attempt: number, key: z.string(), until: instant })),
  /** A try failed: the outcome is unknown. The next one is at `again`; absent: there is none. */
  EffectFailed: v1(z.object({ attempt: number, why: z.string(), again: instant.optional() })),
  EffectAnswered: v1(z.object({ ...outcome, answer: stored })),
  EffectRefused: v1(z.object({ ...outcome, ...refusal })),
  /** No answer came in time, and the process is told so. */
  EffectTimedOut: v1(z.object({ ...asked, attempts: z.int().nonnegative(), why: z.string() })),
  /** An outcome that came after the process had been told another one: the process is not told of it. */
  EffectAnsweredLate: v1(
    z.object({
      attempt: z.int().nonnegative(),
      byHand: byHand.optional(),
      outcome: z.union([z.object({ answer: stored }), z.object(refusal)]),
    }),
  ),
  /** An operator has it tried again, at once, and until `giveUpAt`. */
  EffectRetried: v1(byHand.extend({ giveUpAt: instant })),
  /** The tries that an operator asked for, after the process had been told, have ended without an answer. */
  EffectGivenUp: v1(z.object({ attempts: z.int().nonnegative(), why: z.string() })),
};

/** An event of a performance.
 * @example const failed: EffectEvent = { type: 'EffectFailed', data: { attempt: 1, why: 'Error: 500' } };
 */
export type EffectEvent = EventOf<typeof effectEvents>;

/**
 * The types of the events that a process is told of: each performance has one of them for each time that the process asked.
 * @example toldTypes.includes('EffectAnsweredLate'); // false
 */
export const toldTypes = ['EffectAnswered', 'EffectRefused', 'EffectTimedOut'] as const;

/** The types of the events after which the effect's function has something to do. */
export const startingTypes = ['EffectRequested', 'EffectRetried'] as const;

/** The events of a commit of a performance. */
export const performanceEvents = ({ events }: Pick<Commit, 'events'>): readonly EffectEvent[] =>
  events.filter(({ type }) => Object.hasOwn(effectEvents, type)).map((event) => readEvent(effectEvents, event) as EffectEvent);
