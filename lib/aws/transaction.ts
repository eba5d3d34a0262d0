import { TransactionCanceledException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../engine/ports.ts';
import { systemClock } from './system.ts';

/** The tries of a write that conflicts with another transaction, and the longest wait between them (ms). */
export const conflictAttempts = 8;

const conflictWait = 25;

export const longestConflictWait = 1_000;

/** Reasons for which a cancelled transaction may be sent again as it was; the SDK looks only at the exception's name. */
const passing = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

const reasonsOf = ({ CancellationReasons = [] }: TransactionCanceledException) =>
  CancellationReasons.filter(({ Code }) => Code !== undefined && Code !== 'None');

export const lost = (error: TransactionCanceledException) =>
  reasonsOf(error).filter(({ Code }) => Code === 'ConditionalCheckFailed');

const passes = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    reasonsOf(error).length > 0 &&
    reasonsOf(error).every(({ Code }) => passing.includes(Code as string)));

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
