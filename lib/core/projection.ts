import type * as z from 'zod';
import type { Role } from './access/roles.ts';
import type { May } from './access.ts';
import type { Message, Recorded } from './message.ts';
import type { Sealed } from './personal/sealed.ts';
import type { Share, Total } from './share.ts';
import { parseStream } from './stream.ts';
import type { SomeOf, Source } from './version.ts';

interface Declared<E extends Message, Name extends string> {
  readonly name: Name;
  /** Raise it whenever the code makes other rows; each revision has its own table, queue, rule and function. */
  readonly revision: number;
  /** One category, or several: a stream's key in the view is its id, or its whole name. */
  readonly from: Source<E> | readonly SomeOf<E>[];
  readonly may: May;
  /** Roles whose callers see `{ "masked": true }` in the place of personal values, unless another role of theirs may read the view. */
  readonly maskedFor?: readonly Role[];
  /** The seconds for which an answer may be cached; the default is 0. */
  readonly freshSeconds?: number;
  /**
   * The seconds for which commits are gathered, so that one function takes many of them: for a view that nobody waits for. The default is 0: each
   * commit is applied at once. 10 at most.
   */
  readonly gatherSeconds?: number;
}

/** A list that a view answers beside its default one: an index of its own, so what a write costs grows with each.
 * @example const byStatus: List<Balance> = { by: (row) => row.status, sort: (row) => row.changedAt, within: 'owner' };
 */
export type List<Row> = Readonly<{
  /**
   * The partition in which a row is listed; `undefined` leaves it out. Without it all rows share one partition. A partition takes 1,000 write units a
   * second: more of them hold up the whole view, not only the list.
   */
  by?: (row: Row) => string | Sealed | undefined;
  /** `by` gives a personal value that is declared with `find: true`: a reader names the value, and its hash is looked up. */
  find?: true;
  /** The sort key of a row, as text; the default is the row's key. */
  sort?: (row: Row) => string;
  /** Makes a list for each owner: the only kind that customers may read. */
  within?: 'owner';
  /** Splits each partition into so many, by a hash of the stream: so many times the writes, and so many reads for a page, which has the same rows. */
  shards?: number;
  /**
   * Its index holds the keys of rows and nothing else, and a page reads the rows by them: a change that leaves a row at its place costs nothing here, and each row of a
   * page half a read unit. For rows that are read here fewer than ten times for each change.
   */
  keysOnly?: true;
  /**
   * An entry for each run alone: of commits of a stream that follow on each other and have the same value, only the first is in the index, and a page has the others
   * behind it. For a view with one row for each commit.
   */
  runs?: true;
}>;

/**
 * The lists, filters and expiry of a view's rows.
 * @example const listed: Listed<Balance> = { lists: { newest: { sort: (row) => row.changedAt } }, filters: ['currency'] };
 */
export interface Listed<Row, Lists extends string = string, Filter extends keyof Row & string = keyof Row & string> {
  readonly lists?: Readonly<Record<Lists, List<Row>>>;
  /** Fields that any list may be filtered by, for equality. */
  readonly filters?: readonly Filter[];
  /** The time from which a row counts as absent in queries; its cursor stays. */
  readonly expires?: (row: Row) => string | undefined;
}

/** A view with one row for each stream; a change to `undefined` deletes the row. It is made by `rowPerStream()`, which infers the last three types:
 * the name, and the names of its lists and filters.
 * @example export const accountBalance = rowPerStream<Balance, AccountEvent>()({ name: 'account-balance', ... });
 */
export interface RowPerStream<
  Row extends object,
  E extends Message,
  Name extends string = string,
  Lists extends string = string,
  Filter extends keyof Row & string = keyof Row & string,
> extends Declared<E, Name>,
    Listed<Row, Lists, Filter> {
  readonly kind: 'row-per-stream';
  /** The schema of a row: the API's description has it, and tests check each row by it. */
  readonly row?: z.ZodType<Row>;
  /** The owner of a row; required in a view for the owner, which is then listed by owner. */
  readonly owner?: (row: Row) => string;
  /** The list by owner, which every view with an owner has. */
  readonly byOwner?: Pick<List<Row>, 'keysOnly'>;
  readonly on: {
    readonly [T in E['type']]?: (row: Row | undefined, event: Recorded<Extract<E, { type: T }>>) => Row | undefined;
  };
}

/**
 * The effect of one event on a view with many rows for each stream: rows by their key, `undefined` deletes.
 * @example const step: Step<Balance, Entry> = { memory: { balance: 5 }, rows: { '000000000001': entry } };
 */
export type Step<Memory, Row> = Readonly<{ memory: Memory; rows?: Readonly<Record<string, Row | undefined>> }>;

/** A view with many rows for each stream, in the order of their keys, and a small memory for each stream. It is made by `rowsPerStream()`.
 * @example export const accountStatement = rowsPerStream<Memory, Entry, AccountEvent>()({ name: 'account-statement', ... });
 */
export interface RowsPerStream<
  Memory,
  Row extends object,
  E extends Message,
  Name extends string = string,
  Lists extends string = string,
  Filter extends keyof Row & string = keyof Row & string,
> extends Declared<E, Name>,
    Listed<Row, Lists, Filter> {
  readonly kind: 'rows-per-stream';
  /** The schema of a row: the API's description has it, and tests check each row by it. */
  readonly row?: z.ZodType<Row>;
  readonly initial: Memory;
  readonly owner?: (memory: Memory) => string | undefined;
  readonly on: { readonly [T in E['type']]?: (memory: Memory, event: Recorded<Extract<E, { type: T }>>) => Step<Memory, Row> };
}

/**
 * The effect of one event on a view to which rows are added: the memory after it, and the rows that it adds.
 * @example const entered: Added<Balance, Entry> = { memory: { balance: 5 }, rows: [entry] };
 */
export type Added<Memory, Row> = Readonly<{ memory: Memory; rows?: readonly Row[] }>;

/** A view with rows that are added for each commit and never change, in their order, and a small memory for each stream. The memory is kept beside the rows of
 * the last commit, which are the cursor too: a commit costs one write. It is made by `rowsPerCommit()`.
 * @example export const accountStatement = rowsPerCommit<Memory, Entry, AccountEvent>()({ name: 'account-statement', ... });
 */
export interface RowsPerCommit<Memory, Row extends object, E extends Message, Name extends string = string>
  extends Declared<E, Name> {
  readonly kind: 'rows-per-commit';
  /** The schema of a row: the API's description has it, and tests check each row by it. */
  readonly row?: z.ZodType<Row>;
  readonly initial: Memory;
  readonly owner?: (memory: Memory) => string | undefined;
  readonly on: { readonly [T in E['type']]?: (memory: Memory, event: Recorded<Extract<E, { type: T }>>) => Added<Memory, Row> };
}

/**
 * A view with one row for each commit, which never changes: a handler is given the row that the commit's earlier events came to. It needs no memory and no head, so a commit costs one
 * write. `eventLog()` makes it.
 * @example type Row = EventLog extends RowPerCommit<infer Row, never> ? Row : never;
 */
export interface RowPerCommit<
  Row extends object,
  E extends Message,
  Name extends string = string,
  Lists extends string = string,
  Filter extends keyof Row & string = keyof Row & string,
> extends Declared<E, Name>,
    Pick<Listed<Row, Lists, Filter>, 'lists' | 'filters'> {
  readonly kind: 'row-per-commit';
  readonly on: RowPerStream<Row, E>['on'];
}

/**
 * A view whose rows are sums over many streams; it is made by `sharedRows()`. The contribution of each stream to each row follows from a small memory of the stream. A row's key
 * looks like an id: 1 to 128 of A-Z a-z 0-9 - _ . ~, beginning and ending with a letter or a digit.
 * @example export const accountTotals = sharedRows<Memory, AccountEvent>()({ name: 'account-totals', ... });
 */
export interface SharedRows<Memory, E extends Message, Name extends string = string, Shown extends object = object>
  extends Declared<E, Name> {
  readonly kind: 'shared-rows';
  /** The schema of a row as readers see it: the API's description has it, and tests check each row by it. */
  readonly row?: z.ZodType<object>;
  readonly initial: Memory;
  readonly on: { readonly [T in E['type']]?: (memory: Memory, event: Recorded<Extract<E, { type: T }>>) => Memory };
  /** Contributions by row key; a stream contributes nothing to rows left out. */
  readonly shares: (memory: Memory) => Readonly<Record<string, Share>>;
  /** The owner of a row; it can only follow from the row's key. */
  readonly owner?: (rowKey: string) => string | undefined;
  /** The most items that a row is split into, since writes that meet on one item wait for each other; 8 by default. They are read as one row. */
  readonly shards?: number;
  /**
   * True for rows that few streams contribute to: the heads of the first eight are kept in an item of the row, so that a commit costs one write unit and
   * not four. To add it takes a new revision.
   */
  readonly headsInRows?: boolean;
  /** The fields that readers see of a row, beside its key; the default is all. */
  readonly show?: (total: Total) => Shown;
}

/** Any projection, for code that is driven by a manifest and knows no domain.
 * @example const names = manifest.projections.map((projection: AnyProjection) => projection.name);
 */
export type AnyProjection = Readonly<{
  name: string;
  revision: number;
  from: Source | readonly Source[];
  may: May;
  maskedFor?: readonly Role[];
  freshSeconds?: number;
  gatherSeconds?: number;
  row?: z.ZodType<object>;
  byOwner?: Pick<List<never>, 'keysOnly'>;
  /** Unknown event types are not skipped: the commit waits for the newer release. */
  waitsForUnknown?: true;
}> &
  Listed<never> &
  (
    | Readonly<{
        kind: 'row-per-stream';
        owner?: (row: never) => string;
        on: Readonly<Record<string, ((row: never, event: never) => object | undefined) | undefined>>;
      }>
    | Readonly<{
        kind: 'row-per-commit';
        owner?: undefined;
        on: Readonly<Record<string, ((row: never, event: never) => object | undefined) | undefined>>;
      }>
    | Readonly<{
        kind: 'rows-per-stream';
        initial: unknown;
        owner?: (memory: never) => string | undefined;
        on: Readonly<Record<string, ((memory: never, event: never) => Step<unknown, object>) | undefined>>;
      }>
    | Readonly<{
        kind: 'rows-per-commit';
        initial: unknown;
        owner?: (memory: never) => string | undefined;
        on: Readonly<Record<string, ((memory: never, event: never) => Added<unknown, object>) | undefined>>;
      }>
    | AnySharedRows
  );

/** Any shared rows' own part of a declaration.
 * @example const shards = ({ shards = 1 }: AnySharedRows) => shards;
 */
export type AnySharedRows = Readonly<{
  kind: 'shared-rows';
  initial: unknown;
  on: Readonly<Record<string, ((memory: never, event: never) => unknown) | undefined>>;
  shares: (memory: never) => Readonly<Record<string, Share>>;
  owner?: (rowKey: string) => string | undefined;
  shards?: number;
  headsInRows?: boolean;
  show?: (total: Total) => object;
}>;

/** The categories that a projection reads.
 * @example sourcesOf(accountBalance).map(({ category }) => category); // ['account']
 */
export const sourcesOf = ({ from }: Pick<AnyProjection, 'from'>): readonly Source[] => [from].flat();

/**
 * The source of a stream; undefined if the projection does not read its category.
 * @example sourceOf(accountBalance, 'account-7f3a')?.events;
 */
export const sourceOf = (projection: Pick<AnyProjection, 'from'>, stream: string): Source | undefined => {
  const category = stream.slice(0, Math.max(0, stream.indexOf('-')));
  const { from } = projection;
  if ('category' in from) return from.category === category ? from : undefined;
  return from.find((source) => source.category === category);
};

/** The key of a stream in a view: its id, or its whole name where the view reads several categories.
 * @example streamKey(accountBalance, 'account-7f3a'); // '7f3a'
 */
export const streamKey = ({ from }: Pick<AnyProjection, 'from'>, stream: string): string =>
  (Array.isArray(from) ? undefined : parseStream(stream)?.id) ?? stream;

/**
 * The declaration of a consumer of commits: a projection, or another consumer with a cursor for each stream.
 * @example const subscription: Subscription = accountBalance;
 */
export type Subscription = Readonly<{
  name: string;
  revision?: number;
  from: Source | readonly Source[];
  on: Readonly<Record<string, unknown>>;
}>;

/** The event types that a projection handles: its subscription.
 * @example handledTypes(accountBalance); // ['AccountOpened', 'MoneyDeposited', ...]
 */
export const handledTypes = ({ on }: Pick<Subscription, 'on'>): readonly string[] => Object.keys(on).sort();

/** The lists of a view that are by a personal value: they are asked for in a body, since addresses of requests are logged and kept in many places.
 * @example foundLists(customerDirectory); // ['by-email']
 */
export const foundLists = ({ lists = {} }: Pick<AnyProjection, 'lists'>): readonly string[] =>
  Object.keys(lists).filter((name) => lists[name]?.find);

/** A row key that sorts as its number does.
 * @example rowKey(12); // '000000000012'
 */
export const rowKey = (n: number): string => String(n).padStart(12, '0');

/** The longest time of gathering: an audit takes a view that is 20 seconds behind for one that lacks commits, and the sweep one that is two minutes behind. */
const longestGathering = 10;

/** The seconds for which commits are gathered for the views that only operators read: they look at them now and then. */
export const operatorsGathering = 10;

/** Finds a time for which a consumer cannot gather commits.
 * @example gatheringFaults('account-balance', 60); // ['account-balance: gatherSeconds must be a whole number from 0 to 10.']
 */
export const gatheringFaults = (name: string, gatherSeconds = 0): readonly string[] =>
  Number.isSafeInteger(gatherSeconds) && gatherSeconds >= 0 && gatherSeconds <= longestGathering
    ? []
    : [`${name}: gatherSeconds must be a whole number from 0 to ${longestGathering}.`];
