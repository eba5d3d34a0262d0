import type { Amount } from './amount.ts';

/**
 * The contribution of one stream to one shared row. Integers only, since other sums depend on the order of adding.
 * @example const share: Share = { counts: { open: 1 }, sums: { 'balance.EUR': 1050 } };
 */
export type Share = Readonly<{
  /** Integers that are added up. */
  sums?: Readonly<Record<string, number>>;
  /** Counts, added up like sums. */
  counts?: Readonly<Record<string, number>>;
  /** Sets of names, each with its count: a name leaves the row with the last stream that has it. */
  members?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The highest value of all streams: numbers, or texts that sort, such as times. A stream's own value never falls or disappears. */
  highest?: Readonly<Record<string, number | string>>;
}>;

/**
 * A shared row: the sum of its contributions. Amounts of 0 are left out. A sum beyond 2^53 - 1 is a bigint, exact to the last digit, and is answered
 * as a JSON number with all its digits.
 * @example const show = ({ counts, sums }: Total) => ({ open: counts.open ?? 0, balance: sums.balance ?? 0 });
 */
export type Total = Readonly<{
  sums: Readonly<Record<string, Amount>>;
  counts: Readonly<Record<string, Amount>>;
  members: Readonly<Record<string, Readonly<Record<string, Amount>>>>;
  highest: Readonly<Record<string, number | string>>;
}>;

/** All parts of a row, or of a page of a list, are read together: more of them would make reads slow. */
const mostShards = 100;

/**
 * The fault of a number of shards that a view declares.
 * @example shardsFaults('account-totals: the shards', 0); // ['account-totals: the shards must be 1 to 100.']
 */
export const shardsFaults = (what: string, shards = 1): string[] =>
  Number.isSafeInteger(shards) && shards >= 1 && shards <= mostShards ? [] : [`${what} must be 1 to ${mostShards}.`];
