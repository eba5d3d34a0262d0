import type { Clock } from '../engine/ports.ts';

/** The rate limit of one caller: requests a second in the long run, and in a burst. */
export type CallerRate = Readonly<{ perSecond: number; atOnce: number }>;

/** Counts a caller's request. Returns undefined, or the seconds to wait if the request exceeds the limit. */
export type CallerLimit = (caller: string) => number | undefined;

/** The most callers with a bucket; the least recent one is dropped, and begins with a full bucket again. */
const mostCallers = 10_000;

/** A token bucket for each caller. */
export const callerLimit = (clock: Pick<Clock, 'now'>, { perSecond, atOnce }: CallerRate, most = mostCallers): CallerLimit => {
  const buckets = new Map<string, Readonly<{ left: number; at: number }>>();
  return (caller) => {
    const now = clock.now();
    const before = buckets.get(caller) ?? { left: atOnce, at: now };
    // A clock that was set back adds no tokens, and must not stop later refills.
    const filled = Math.min(atOnce, before.left + (Math.max(0, now - before.at) / 1_000) * perSecond);
    const left = filled >= 1 ? filled - 1 : filled;
    // The map is in the order of use: the first entry is the least recent caller.
    buckets.delete(caller);
    buckets.set(caller, { left, at: now });
    if (buckets.size > most) buckets.delete(buckets.keys().next().value ?? '');
    return filled >= 1 ? undefined : Math.ceil((1 - filled) / perSecond);
  };
};
