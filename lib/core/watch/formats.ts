import * as z from 'zod';
import type { AnyProcess } from '../process/process.ts';
import { v1 } from '../version.ts';

// Stored formats of 2026-11: the events that a watch raises, by the kind of the pattern, and its memory.

const instant = z.string();
/** Ids of events, `<stream>/<version>`, in the order of time. */
const events = z.array(z.string());

const window = v1(z.object({ from: instant, to: instant, count: z.int(), sum: z.number(), events }));

/**
 * The formats of the events that a watch raises, by the kind of the pattern: a category's file in `events/` names them.
 * @example export const fraudWatchEvents = { RapidWithdrawalsSuspected: suspicions['count-within'] };
 */
export const suspicions = {
  /** The window from its first event to its last, how many events are in it, and what their values add up to. */
  'count-within': window,
  'sum-within': window,
  /** The two events, when they were, and the values that they have. */
  'followed-by': v1(z.object({ from: instant, to: instant, first: z.number(), by: z.number(), events })),
  /** The event that was not followed in time, and the end of that time. */
  'not-followed-by': v1(z.object({ from: instant, to: instant, first: z.number(), events })),
  /** The value that is far outside, and the statistics before it: the count, the mean and the deviation. */
  'far-from-usual': v1(
    z.object({ at: instant, value: z.number(), count: z.int(), mean: z.number(), deviation: z.number(), events }),
  ),
} as const;

/** An event as a watch keeps it: its id, its time, its value. */
const kept = z.tuple([z.string(), instant, z.int()]);

const patternMemory = z.object({
  /** In the order of time: events that may still be part of a match, wait for an answer, or be judged again. */
  events: z.array(kept),
  /** For pairs: events that may answer a first event that arrives late. */
  answers: z.array(kept).optional(),
  /** For windows: the ends of those that were raised. For values: the ids of those raised. */
  flagged: z.array(z.string()).optional(),
  /** For values: the aggregate of those no longer stored one by one. Texts, since squares exceed the exact range of a number. */
  settled: z.object({ count: z.int(), sum: z.string(), squares: z.string() }).optional(),
});

/**
 * The memory of a watch's instance: the time of the newest event that counted, and the memory of each pattern.
 * @example watchMemory.parse({ newest: '', patterns: {} }, 1);
 */
export const watchMemory = v1(z.object({ newest: instant, patterns: z.record(z.string(), patternMemory) }));

/** An event as a watch keeps it.
 * @example const kept: Kept = ['account-7f3a/3', '2026-11-21T12:00:00.000Z', 5_000];
 */
export type Kept = z.output<typeof kept>;
/**
 * The memory of one pattern.
 * @example const nothing: PatternMemory = { events: [] };
 */
export type PatternMemory = z.output<typeof patternMemory>;
/**
 * The memory of a watch's instance in the current version.
 * @example const initial: WatchMemory = { newest: '', patterns: {} };
 */
export type WatchMemory = ReturnType<(typeof watchMemory)['parse']>;

/**
 * True for a process that only watches: its instances never end, and go on only when something happens.
 * @example isWatch(fraudWatch); // true
 */
export const isWatch = ({ memory }: Pick<AnyProcess, 'memory'>): boolean => memory === watchMemory;
