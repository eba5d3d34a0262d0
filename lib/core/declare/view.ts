import type { Message } from '../message.ts';
import type { Sealed } from '../personal/sealed.ts';
import type { RowPerStream, RowsPerCommit, RowsPerStream, SharedRows } from '../projection.ts';
import type { Total } from '../share.ts';

/** The fields of a row that are not personal: rows can be filtered by these alone.
 * @example type Fields = PlainField<{ email: Sealed<string>; status: string }>; // 'status'
 */
export type PlainField<Row> = { [F in keyof Row & string]: NonNullable<Row[F]> extends Sealed ? never : F }[keyof Row & string] &
  keyof Row &
  string;

/**
 * Declares a view with one row for each stream. The compiler infers its name and those of its lists and filters, for callers of the typed client.
 * @example
 * export const accountBalance = rowPerStream<Balance, AccountEvent>()({
 *   name: 'account-balance', revision: 1, from: accountSource, may: ['owner'], owner: (row) => row.owner,
 *   on: { AccountOpened: (_, { data }) => ({ ...data, balance: 0 }) },
 * });
 */
export const rowPerStream =
  <Row extends object, E extends Message>() =>
  <const Name extends string, const Lists extends string = never, const Filter extends PlainField<Row> = never>(
    declared: Omit<RowPerStream<Row, E, Name, Lists, Filter>, 'kind'>,
  ): RowPerStream<Row, E, Name, Lists, Filter> => ({ kind: 'row-per-stream', ...declared });

/**
 * Declares a view with many rows for each stream.
 * @example
 * export const lastDeposits = rowsPerStream<Memory, Entry, AccountEvent>()({
 *   name: 'last-deposits', revision: 1, from: accountSource, may: ['operator'], initial: { count: 0 },
 *   on: { MoneyDeposited: ({ count }, { data }) => ({ memory: { count: count + 1 }, rows: { [rowKey(count % 10)]: data } }) },
 * });
 */
export const rowsPerStream =
  <Memory, Row extends object, E extends Message>() =>
  <const Name extends string, const Lists extends string = never, const Filter extends PlainField<Row> = never>(
    declared: Omit<RowsPerStream<Memory, Row, E, Name, Lists, Filter>, 'kind'>,
  ): RowsPerStream<Memory, Row, E, Name, Lists, Filter> => ({ kind: 'rows-per-stream', ...declared });

/**
 * Declares a view with rows that are added for each commit, and never change.
 * @example
 * export const accountStatement = rowsPerCommit<Memory, Entry, AccountEvent>()({
 *   name: 'account-statement', revision: 1, from: accountSource, may: ['operator'], initial: { balance: 0 },
 *   on: { MoneyDeposited: ({ balance }, { data }) => ({ memory: { balance: balance + data.amount }, rows: [data] }) },
 * });
 */
export const rowsPerCommit =
  <Memory, Row extends object, E extends Message>() =>
  <const Name extends string>(
    declared: Omit<RowsPerCommit<Memory, Row, E, Name>, 'kind'>,
  ): RowsPerCommit<Memory, Row, E, Name> => ({ kind: 'rows-per-commit', ...declared });

/**
 * Declares a view whose rows are sums over many streams. Readers see what `show` returns, and without it the whole total.
 * @example
 * export const revenue = sharedRows<Memory, OrderEvent>()({
 *   name: 'revenue', revision: 1, from: orderSource, may: ['operator'], initial: {},
 *   on: { OrderConfirmed: (_, { at }) => ({ day: at.slice(0, 10) }) },
 *   shares: ({ day }) => (day === undefined ? {} : { [day]: { counts: { orders: 1 } } }),
 *   show: ({ counts }) => ({ orders: counts.orders ?? 0 }),
 * });
 */
export const sharedRows =
  <Memory, E extends Message>() =>
  <const Name extends string, Shown extends object = Total>(
    declared: Omit<SharedRows<Memory, E, Name, Shown>, 'kind'>,
  ): SharedRows<Memory, E, Name, Shown> => ({ kind: 'shared-rows', ...declared });
