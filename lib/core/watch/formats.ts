import * as z from 'zod';
import { v1 } from '../version.ts';

// Stored formats of 2026-11: what a watch says when it raises something, by the kind of the pattern, and what it remembers.

const instant = z.string();
/** Ids of events, `<stream>/<version>`, in the order of time. */
const events = z.array(z.string());

const window = v1(z.object({ from: instant, to: instant, count: z.int(), sum: z.number(), events }));

/** What the events say that a watch raises, by the kind of the pattern: a category's file in `events/` names them.
 * @example export const fraudWatchEvents = { RapidWithdrawalsSuspected: suspicions['count-within'] };
 */
export const suspicions = {
  /** The window from its first event to its last, how many events are in it, and what their values add up to. */
  'count-within': window,
  'sum-within': window,
  /** The two events, when they were, and the values that they have. */
  'followed-by': v1(z.object({ from: instant, to: instant, first: z.number(), by: z.number(), events })),
  /** The event that nothing followed, and until when something should have. */
  'not-followed-by': v1(z.object({ from: instant, to: instant, first: z.number(), events })),
  /** The value that is far outside, and what was usual before it: how many values, their mean and their deviation. */
  'far-from-usual': v1(
    z.object({ at: instant, value: z.number(), count: z.int(), mean: z.number(), deviation: z.number(), events }),
  ),
} as const;

/** An event as a watch keeps it: its id, its time, its value. */
const kept = z.tuple([z.string(), instant, z.int()]);

const patternMemory = z.object({
  /** In the order of time: what may still be part of something, waits for an answer, or may still be judged again. */
  events: z.array(kept),
  /** Of pairs: what may answer a first event that comes late. */
  answers: z.array(kept).optional(),
  /** Of windows: the ends of those that were raised. Of values: the ids of those that were. */
  flagged: z.array(z.string()).optional(),
  /** Of values: those that are not kept one by one any more. Texts, since squares outgrow what a number holds exactly. */
  settled: z.object({ count: z.int(), sum: z.string(), squares: z.string() }).optional(),
});

/** What an instance of a watch remembers: the time of the newest event that counted, and what each pattern keeps.
 * @example watchMemory.parse({ newest: '', patterns: {} }, 1);
 */
export const watchMemory = v1(z.object({ newest: instant, patterns: z.record(z.string(), patternMemory) }));

/** An event as a watch keeps it.
 * @example const kept: Kept = ['account-7f3a/3', '2026-11-21T12:00:00.000Z', 5_000];
 */
export type Kept = z.output<typeof kept>;
/** What one pattern keeps.
 * @example const nothing: PatternMemory = { events: [] };
 */
export type PatternMemory = z.output<typeof patternMemory>;
/** What an instance of a watch remembers, as pure code sees it.
 * @example const initial: WatchMemory = { newest: '', patterns: {} };
 */
export type WatchMemory = ReturnType<(typeof watchMemory)['parse']>;
