import type { May } from './access.ts';
import type { Message, Recorded } from './message.ts';
import type { Formats } from './version.ts';

/** Where a view's events come from: a decider will do.
 * @example const source: Source = account;
 */
export type Source = Readonly<{ category: string; events: Formats }>;

interface Declared {
  readonly name: string;
  /** Raised whenever the rows that the code makes change; each revision has its own table, queue, rule and function. */
  readonly revision: number;
  readonly from: Source;
  readonly may: May;
}

/** A view with one row for each stream; a change to `undefined` deletes the row.
 * @example export const accountBalance: RowPerStream<Balance, AccountEvent> = { kind: 'row-per-stream', ... };
 */
export interface RowPerStream<Row extends object, E extends Message> extends Declared {
  readonly kind: 'row-per-stream';
  /** Whose a row is; a view for the owner needs it, and is then listed by it. */
  readonly owner?: (row: Row) => string;
  readonly on: {
    readonly [T in E['type']]?: (row: Row | undefined, event: Recorded<Extract<E, { type: T }>>) => Row | undefined;
  };
}

/** What one event does to a view with many rows for each stream: rows by their key, `undefined` deletes.
 * @example const step: Step<Balance, Entry> = { memory: { balance: 5 }, rows: { '000000000001': entry } };
 */
export type Step<Memory, Row> = Readonly<{ memory: Memory; rows?: Readonly<Record<string, Row | undefined>> }>;

/** A view with many rows for each stream, in the order of their keys, and a small memory for each stream.
 * @example export const accountStatement: RowsPerStream<Memory, Entry, AccountEvent> = { kind: 'rows-per-stream', ... };
 */
export interface RowsPerStream<Memory, Row extends object, E extends Message> extends Declared {
  readonly kind: 'rows-per-stream';
  readonly initial: Memory;
  readonly owner?: (memory: Memory) => string | undefined;
  readonly on: { readonly [T in E['type']]?: (memory: Memory, event: Recorded<Extract<E, { type: T }>>) => Step<Memory, Row> };
}

/** Any projection, for code that is driven by a manifest and knows no domain.
 * @example const names = manifest.projections.map((projection: AnyProjection) => projection.name);
 */
export type AnyProjection = Readonly<{ name: string; revision: number; from: Source; may: May }> &
  (
    | Readonly<{
        kind: 'row-per-stream';
        owner?: (row: never) => string;
        on: Readonly<Record<string, ((row: never, event: never) => object | undefined) | undefined>>;
      }>
    | Readonly<{
        kind: 'rows-per-stream';
        initial: unknown;
        owner?: (memory: never) => string | undefined;
        on: Readonly<Record<string, ((memory: never, event: never) => Step<unknown, object>) | undefined>>;
      }>
  );

/** The event types that a projection handles: its subscription.
 * @example handledTypes(accountBalance); // ['AccountOpened', 'MoneyDeposited', ...]
 */
export const handledTypes = (projection: AnyProjection): readonly string[] => Object.keys(projection.on).sort();

/** A row key that sorts as its number does.
 * @example rowKey(12); // '000000000012'
 */
export const rowKey = (n: number): string => String(n).padStart(12, '0');
