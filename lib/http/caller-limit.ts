import type { Clock } from '../engine/ports.ts';

/** How many requests of one caller are answered a second, in the long run and at once. */
export type CallerRate = Readonly<{ perSecond: number; atOnce: number }>;

/** Counts a caller's request, and answers after how many seconds the next one would be answered if this one is not to be. */
export type CallerLimit = (caller: string) => number | undefined;

/** Of so many callers the bucket is kept; whoever asked longest ago begins anew with a full one. */
const mostCallers = 10_000;

/** A token bucket for each caller. */
export const callerLimit = (clock: Pick<Clock, 'now'>, { perSecond, atOnce }: CallerRate, most = mostCallers): CallerLimit => {
  const buckets = new Map<string, Readonly<{ left: number; at: number }>>();
  return (caller) => {
    const now = clock.now();
    const before = buckets.get(caller) ?? { left: atOnce, at: now };
    // A clock that was set back fills nothing, and must not keep a bucket from being filled again.
    const filled = Math.min(atOnce, before.left + (Math.max(0, now - before.at) / 1_000) * perSecond);
    const left = filled >= 1 ? filled - 1 : filled;
    // The map's order is that of use: the first one is who asked longest ago.
    buckets.delete(caller);
    buckets.set(caller, { left, at: now });
    if (buckets.size > most) buckets.delete(buckets.keys().next().value ?? '');
    return filled >= 1 ? undefined : Math.ceil((1 - filled) / perSecond);
  };
};
