import type { Span } from '../instant.ts';
import type { Message, Recorded } from '../message.ts';

/**
 * The events that count for a pattern, and their values: integers; `undefined` where an event does not count.
 * @example const withdrawals: Values<AccountEvent> = { MoneyWithdrawn: ({ data }) => data.amount };
 */
export type Values<E extends Message> = {
  readonly [T in E['type']]?: (event: Recorded<Extract<E, { type: T }>>) => number | undefined;
};

/** The most events that a pattern stores for one key, by default 100; the newest are kept. */
type Keeping = Readonly<{ most?: number }>;

/** So many events within a span.
 * @example const rapid: CountWithin<AccountEvent> = { kind: 'count-within', of: withdrawals, reaches: 5, within: { minutes: 1 } };
 */
export type CountWithin<E extends Message> = Keeping &
  Readonly<{ kind: 'count-within'; of: Values<E>; reaches: number; within: Span }>;

/** Values that add up to more than a limit within a span; none of them may be negative.
 * @example const large: SumWithin<AccountEvent> = { kind: 'sum-within', of: withdrawals, exceeds: 1_000_000, within: { days: 1 } };
 */
export type SumWithin<E extends Message> = Keeping &
  Readonly<{ kind: 'sum-within'; of: Values<E>; exceeds: number; within: Span }>;

/** One event followed by another within a span.
 * @example const emptied: FollowedBy<AccountEvent> = { kind: 'followed-by', first: deposits, by: withdrawals, within: { minutes: 10 } };
 */
export type FollowedBy<E extends Message> = Keeping &
  Readonly<{
    kind: 'followed-by';
    first: Values<E>;
    by: Values<E>;
    within: Span;
    /** True if the two belong together, by their values; the default is always. */
    when?: (first: number, by: number) => boolean;
  }>;

/** One event that another does not follow within a span.
 * @example const unpaid: NotFollowedBy<OrderEvent> = { kind: 'not-followed-by', first: shipped, by: paid, within: { days: 30 } };
 */
export type NotFollowedBy<E extends Message> = Readonly<{ kind: 'not-followed-by' }> & Omit<FollowedBy<E>, 'kind'>;

/** A value far outside of what was usual before it.
 * @example const unusual: FarFromUsual<AccountEvent> = { kind: 'far-from-usual', of: withdrawals, deviations: 4, after: 20 };
 */
export type FarFromUsual<E extends Message> = Keeping &
  Readonly<{
    kind: 'far-from-usual';
    of: Values<E>;
    /** The number of standard deviations from the mean that counts as far. */
    deviations: number;
    /** The number of values needed before one is judged. */
    after: number;
    /** The least distance from the mean, since constant values have no deviation; the default is 0. */
    atLeast?: number;
  }>;

/**
 * A pattern of a watch.
 * @example const patterns: Record<string, Pattern<AccountEvent>> = { RapidWithdrawalsSuspected: rapid };
 */
export type Pattern<E extends Message> = CountWithin<E> | SumWithin<E> | FollowedBy<E> | NotFollowedBy<E> | FarFromUsual<E>;
