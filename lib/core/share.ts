import type { Amount } from './amount.ts';

/** What one stream contributes to one shared row. Integers only: rows are sums of contributions, and nothing else adds up the same in any order.
 * @example const share: Share = { counts: { open: 1 }, sums: { 'balance.EUR': 1050 } };
 */
export type Share = Readonly<{
  /** Integers that are added up. */
  sums?: Readonly<Record<string, number>>;
  /** The same, under a name that says what they are. */
  counts?: Readonly<Record<string, number>>;
  /** Sets of names, each name with how often it is in: a name leaves the row with the last stream that has it. */
  members?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The row has the highest of all streams: numbers, or texts that sort, such as times. A stream's own never falls or goes away. */
  highest?: Readonly<Record<string, number | string>>;
}>;

/** A shared row: the sum of its shares. What comes to 0 is left out, as if nobody had ever mentioned it. A sum beyond 2^53 - 1 is a bigint, exact to the
 * last digit: handed on as it is, it is answered as a JSON number with all of them.
 * @example const show = ({ counts, sums }: Total) => ({ open: counts.open ?? 0, balance: sums.balance ?? 0 });
 */
export type Total = Readonly<{
  sums: Readonly<Record<string, Amount>>;
  counts: Readonly<Record<string, Amount>>;
  members: Readonly<Record<string, Readonly<Record<string, Amount>>>>;
  highest: Readonly<Record<string, number | string>>;
}>;
