import type { Clock } from '../engine/ports.ts';
import { codesOf } from './condition.ts';
import { systemClock } from './system.ts';

/** The tries of a write that conflicts with another transaction, and the longest wait between them (ms). */
export const conflictAttempts = 8;

const conflictWait = 25;

export const longestConflictWait = 1_000;

/** Reasons for which a cancelled transaction may be sent again as it was; the SDK looks only at the exception's name. */
const passing = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

const passes = (error: unknown): boolean => {
  const codes = codesOf(error).filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => passing.includes(code));
};

export type Waiting = Readonly<{ clock?: Clock; random?: () => number }>;

/** Retries a write that conflicted with another transaction on the same item. */
export const persistently =
  ({ clock = systemClock, random = Math.random }: Waiting = {}) =>
  async <T>(attempt: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1)
      try {
        return await attempt();
      } catch (error) {
        if (tries >= conflictAttempts || !passes(error)) throw error;
        await clock.wait(random() * Math.min(longestConflictWait, conflictWait * 2 ** tries));
      }
  };
