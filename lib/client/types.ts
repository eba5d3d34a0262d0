import type { StoredEvent } from '../core/commit.ts';
import type { Call, Decider, Refusal } from '../core/decider.ts';
import type { Change } from '../core/difference.ts';
import type { DefinedManifest } from '../core/manifest.ts';
import type { Message } from '../core/message.ts';
import type { RowPerCommit, RowPerStream, RowsPerCommit, RowsPerStream, SharedRows } from '../core/projection.ts';
import type { Kebab } from '../core/stream.ts';
import type { Erased, Opened, SubjectErased } from './opened.ts';
import type { ApiError, Refused } from './problems.ts';
import type { Pages, ReadOptions } from './reads.ts';

// biome-ignore lint/suspicious/noExplicitAny: the parameters of a type that is only looked into.
type Any = any;

/** Names that mean something else where commands are called. */
type Taken = 'history' | 'at' | 'diff' | 'then' | 'toJSON';
type Camel<Name extends string> = Name extends `${infer Head}-${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : Name;

/** The name under which a command is called: in camelCase, unless its path would not follow from that. */
export type CommandName<T extends string> =
  Kebab<Uncapitalize<T>> extends Kebab<T> ? (Uncapitalize<T> extends Taken ? T : Uncapitalize<T>) : T;
/** The name under which a view is read: in camelCase, unless its path would not follow from that. */
export type ViewName<Name extends string> = Kebab<Camel<Name>> extends Name ? Camel<Name> : Name;

export type SendOptions = Readonly<{
  /** The Idempotency-Key, for a command that is to take effect once whatever becomes of this client; a random one by default. */
  key?: string;
  /** Decided only on this version of the stream; another one is thrown as `Stale`. */
  expectedVersion?: number;
  /** The id under which the log lines and the commits of everything that follows stand. */
  correlation?: string;
  /** The reason, which the commit keeps: it must not name a person. */
  why?: string;
  signal?: AbortSignal;
}>;

/** What a command has done: the stream's version after it, its commit, and the new events; none if it changed nothing. */
export type Done<Type extends string = string> = Readonly<{
  stream: string;
  version: number;
  commit: number;
  events: readonly Readonly<{ type: Type; version: number }>[];
}>;

type RefusedAs<R> = R extends Refusal<infer Reason, infer Detail> ? Refused<Reason, Detail> : never;
type Given<Data, Options = SendOptions> =
  Record<never, never> extends Data ? [data?: Data, options?: Options] : [data: Data, options?: Options];

/** What a command would do. The data of events is there for those who may read the stream's history. */
export type WouldDo<E extends Message> = Readonly<{
  stream: string;
  version: number;
  commit: number;
  events: readonly (E extends Message<infer T, infer D> ? Readonly<{ type: T; version: number; v?: number; data?: D }> : never)[];
  /** True if the command took effect earlier, under the same key: the rest tells of that commit. */
  tookEffect: boolean;
}>;

/** A command that is prepared for a batch. Its type remembers what it may be answered. */
export interface Prepared<R = unknown, E extends Message = Message> {
  /** Only the types are there. */
  readonly answers?: readonly [R, E];
}

/** The answer to one command of a batch: exactly one of its three fields is there. */
export type BatchAnswer<R, E extends Message> =
  | Readonly<{ done: Done<E['type']>; refused?: undefined; error?: undefined }>
  | Readonly<{ refused: RefusedAs<R>; done?: undefined; error?: undefined }>
  | Readonly<{ error: ApiError; done?: undefined; refused?: undefined }>;

export type BatchOptions = Pick<SendOptions, 'correlation' | 'signal'> &
  Readonly<{
    /** All commands take effect or none does. They are of one category, at most 100, and for different streams. */
    atomic?: boolean;
    /** The Idempotency-Key of an atomic batch, which takes effect once as a whole; a random one by default. */
    key?: string;
  }>;

/** Sends prepared commands together, each under its own key unless the batch is atomic, and gives the answer to each. */
export type Batch = <const P extends readonly Prepared<Any, Any>[]>(
  commands: P,
  options?: BatchOptions,
) => Promise<{ readonly [I in keyof P]: P[I] extends Prepared<infer R, infer E> ? BatchAnswer<R, E> : never }>;

/** A command of one stream. */
export interface Command<Data, R, E extends Message> {
  (...given: Given<Data>): Promise<Done<E['type']>>;
  /** The command for a batch: nothing is sent yet. It takes effect once, in however many batches it is sent. */
  prepare(...given: Given<Data, Pick<SendOptions, 'key' | 'expectedVersion'>>): Prepared<R, E>;
  /** Decides the command and stores nothing. It is refused as the command itself would be. */
  dryRun(...given: Given<Data>): Promise<WouldDo<E>>;
  /** True for an error that is a refusal of this command: its `reason` is then one of those that the decider gives. */
  refused(error: unknown): error is RefusedAs<R>;
}

/** A moment of a stream: a version, or an instant. */
export type Moment = number | string | Date;

type Recorded<E> = E extends Message<infer T, infer D> ? Readonly<{ type: T; version: number; v: number; data: D }> : never;

/** A commit of a stream's history. */
export type HistoryEntry<E extends Message> = Readonly<{
  commit: number;
  version: number;
  at: string;
  actor: string;
  correlation: string;
  /** The reason that the sender gave. */
  why?: string;
  events: readonly Recorded<E>[];
}>;

export type HistoryQuery<Type extends string = string> = Readonly<{
  types?: readonly Type[];
  since?: string | Date;
  until?: string | Date;
  order?: Order;
  /** Commits in one request; 1 to 100. */
  limit?: number;
  signal?: AbortSignal;
}>;

/** The past of a stream. */
export interface Past<S, E extends Message> {
  history(query?: HistoryQuery<E['type']>): Pages<HistoryEntry<E>>;
  at(
    moment: Moment,
    options?: Pick<ReadOptions, 'signal'>,
  ): Promise<Readonly<{ stream: string; version: number; at: string; state: S }>>;
  diff(
    from: Moment,
    to: Moment,
    options?: Pick<ReadOptions, 'signal'>,
  ): Promise<Readonly<{ stream: string; from: object; to: object; changes: readonly Change[] }>>;
}

/** An entry in the history of a tag: which commit carries it, and those of its events that do. */
type Tagged = Message<
  'EventsTagged',
  Readonly<{ tag: string; value: string; stream: string; commit: number; events: readonly StoredEvent[] }>
>;

/** The commands of a stream, and its past. */
export type Stream<S, E extends Message, Calls> = {
  readonly [T in keyof Calls & string as CommandName<T>]: Calls[T] extends Call<infer Data, infer R>
    ? Command<Data, R | SubjectErased<E>, Opened<E, Erased>>
    : never;
} & Past<Opened<S, Erased>, Opened<E, Erased>>;

type Order = 'oldest-first' | 'newest-first';

export type ListQuery<Row, Lists extends string, Filter extends keyof Row> = ReadOptions &
  Readonly<{
    /** A list that the view declares, and the value to list, for a list by a value. */
    list?: Lists;
    by?: string;
    owner?: string;
    order?: Order;
    filter?: Readonly<{ [F in Filter]?: Row[F] }>;
    /** Rows in one request; 1 to 100. */
    limit?: number;
  }>;

export type FindQuery<Row, Lists extends string, Filter extends keyof Row> = ListQuery<Row, Lists, Filter> &
  Readonly<{ list: Lists; by: string }>;

type WithId<Row> = Readonly<{ id: string }> & Row;

/** A view with a row for each id. */
export interface RowView<Row, Lists extends string, Filter extends keyof Row> {
  /** Throws `NotFound` if there is none. */
  get(id: string, options?: ReadOptions): Promise<WithId<Opened<Row>>>;
  list(query?: ListQuery<Row, Lists, Filter>): Pages<WithId<Opened<Row>>>;
  /** A list by a personal value, which goes in the body of the request: addresses are logged. */
  find(query: FindQuery<Row, Lists, Filter>): Pages<WithId<Opened<Row>>>;
}

/** A view with many rows for each stream. */
export interface RowsView<Row, Lists extends string, Filter extends keyof Row> {
  /** The rows of one stream, in the order of their keys. */
  of(
    id: string,
    query?: Pick<ListQuery<Row, never, Filter>, 'order' | 'filter' | 'limit' | keyof ReadOptions>,
  ): Pages<Opened<Row>>;
  list(query: ListQuery<Row, Lists, Filter> & Readonly<{ list: Lists }>): Pages<WithId<Opened<Row>>>;
  /** A list by a personal value, which goes in the body of the request: addresses are logged. */
  find(query: FindQuery<Row, Lists, Filter>): Pages<WithId<Opened<Row>>>;
}

type ViewOf<P> =
  P extends RowPerStream<infer Row, Any, string, infer Lists, infer Filter>
    ? RowView<Row, Lists, Filter>
    : P extends RowsPerStream<Any, infer Row, Any, string, infer Lists, infer Filter>
      ? RowsView<Row, Lists, Filter>
      : P extends RowPerCommit<infer Row, Any, string, infer Lists, infer Filter>
        ? RowsView<Row, Lists, Filter>
        : P extends RowsPerCommit<Any, infer Row, Any>
          ? RowsView<Row, never, never>
          : P extends SharedRows<Any, Any, string, infer Shown>
            ? RowView<Shown, never, never>
            : never;

type StreamOf<D> = D extends Decider<infer S, never, infer E, string, infer Calls> ? Stream<S, E, Calls> : never;

/**
 * The client of a manifest: a function for each category, from an id to the stream, and the views. What processes alone may send or read is not in it.
 * @example const api: Client<typeof manifest> = client<typeof manifest>({ url, token });
 */
export type Client<M> =
  M extends DefinedManifest<infer A, infer V>
    ? {
        readonly [D in A[number] as D['category']]: (id: string) => StreamOf<D>;
      } & {
        /** The past of one value of a tag, such as `course.c1`, for those who may read every stream whose events carry the tag. */
        readonly tag: (value: string) => Past<unknown, Tagged>;
        readonly batch: Batch;
        readonly views: { readonly [P in V as ViewName<P['name']>]: ViewOf<P> };
      }
    : never;
