import type { Amount } from '../core/amount.ts';
import type { Commit } from '../core/commit.ts';

/** The result of an append: stored, or lost to the commit that is already there. */
export type Appended = Readonly<{ stored: true } | { stored: false; winner: Commit }>;

/** The result of an append to several streams: stored, or not, with the commits that were in the way. */
export type AppendedTogether = Readonly<{ stored: true } | { stored: false; winners: readonly Commit[] }>;

export type Page = Readonly<{
  commits: readonly Commit[];
  /** The start of the next page: its `from`, or its `to` when newest first. Absent at the end; a last page may be empty. */
  next?: number;
}>;

export type Range = Readonly<{ from: number; to?: number; limit?: number; newestFirst?: boolean }>;

/** A stream as it was read: its last commit, or 0. */
export type Unmoved = Readonly<{ stream: string; commit: number }>;

/** The commits. Every read is consistent: it sees every commit that was acknowledged before it began. */
export interface Store {
  append(commit: Commit): Promise<Appended>;
  /**
   * Appends all commits or none. None if one of the streams in `unmoved` has a commit after the given one: that commit is then among the
   * winners. The argument is not optional, so that a store around another one cannot drop it unnoticed.
   */
  appendTogether(commits: readonly Commit[], unmoved: readonly Unmoved[]): Promise<AppendedTogether>;
  read(stream: string, range: Range): Promise<Page>;
  find(stream: string, commit: number): Promise<Commit | undefined>;
}

/** A folded state as it was after one stored commit. Stored format of 2026-11; disposable. */
export type Snapshot = Readonly<{
  stream: string;
  /** Content hash of the code that folded it: other code never reads it. */
  code: string;
  commit: number;
  version: number;
  at: string;
  /** Counted size of all the stream's commits up to this one: snapshots are taken where it passes a multiple of their distance. */
  bytes: number;
  /** Seal over all of this and the hash of its commit, by which the loader knows that it belongs to this history, unchanged. */
  hash: string;
  state: unknown;
  /** The last ids that callers may repeat, and the last ones of processes, the newest last. An entry has 20 hexadecimal digits: 12 of the id's hash, 8
   * of the commit's number. */
  recent: string;
  sent: string;
  /** All ids of processes from this commit on are in `sent`. */
  sentFrom: number;
}>;

/** Snapshots may be missing, stale or wrong: the loader checks. A newer one is never replaced by an older, but by one that found it impossible. */
export interface Snapshots {
  load(stream: string, code: string): Promise<Snapshot | undefined>;
  save(snapshot: Snapshot, impossible?: Snapshot): Promise<void>;
}

/** Wall time in milliseconds, and waiting. */
export interface Clock {
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

/** Hashes, the deployment's own secret, and randomness. */
export interface Keys {
  /** SHA-256, hexadecimal. */
  hash(text: string): string;
  /** HMAC-SHA-256 under the deployment's secret, hexadecimal. */
  digest(text: string): Promise<string>;
  /**
   * The digests by which a repeated command is known: the first one is stored, under a key of their own that can be changed. The others are those under the key before
   * it and, while a change begins, the one after it.
   */
  digests(text: string): Promise<readonly [string, ...string[]]>;
  randomId(): string;
  /** At least 0, less than 1. */
  random(): number;
}

/** Proofs of what travels between our own functions, under a key that only these may read. */
export interface Proofs {
  make(text: string): Promise<string>;
  /** True if a proof is of this text, under the current key or the previous one. */
  holds(text: string, proof: string): Promise<boolean>;
}

/** The position of a row in a list: its partition, and its sort key, which no two rows share. Stored format of 2026-11. */
export type ListPlace = Readonly<{ in: string; at: string }>;

/** One item of a view's table. Stored format of 2026-11. */
export type ViewItem = Readonly<{
  /** The row's place: the stream's id, and within it `head`, or `row#<key>` in a view with many rows for each stream. */
  key: string;
  sort: string;
  stream: string;
  /** The commit that the item was last written for: in a head, the cursor. */
  commit: number;
  /**
   * The number of writes of the head: the optimistic lock. In a row, the count of the head that it was written for. Absent in items that
   * are older than this count.
   */
  writes?: number;
  /** In the head of a view with many rows for each stream: a refold writes rows under the next count, and nobody else may. */
  refolding?: true;
  /** In such a head: the count under which the last refold wrote all rows. A row with a lower count was written too late. */
  refolded?: number;
  /** The shared row in whose item the head is. */
  home?: string;
  /** Kept where a list by owner or a reader asks for it: on a head that is not a tombstone. */
  owner?: string;
  /** Absent in a tombstone, and in the head of a view with many rows. */
  row?: object;
  /** The memory of a view with many rows for each stream, or with shared rows; it is in the head. */
  memory?: unknown;
  /** A change of more shared rows than one transaction takes: where it leads, and how many of its rows are done. */
  begun?: Readonly<{ commit: number; memory: unknown; done: number }>;
  /** Its places in the lists that its view declares; a tombstone has none. */
  lists?: Readonly<Record<string, ListPlace>>;
  /** The instant from which the row counts as absent; its cursor stays. */
  expires?: string;
  /** The reason why the stream is parked in this view, and the commit. */
  parked?: Readonly<{ commit: number; reason: string; at: string }>;
}>;

/** A change of one shared row, by one stream or by several together: the difference to one of its parts. */
export type RowChange = Readonly<{
  row: string;
  shard: number;
  /** Under what the row is listed: its owner, or itself. */
  listed: string;
  /** The streams that have had no share in the row before: a note under the row is to name each. */
  entering: readonly string[];
  add: Readonly<Record<string, Amount>>;
  /** Values that the row is to have at least. */
  raise: Readonly<Record<string, number | string>>;
}>;

/** A part of a shared row: all of it, or the sum over the streams of one shard. */
export type RowPart = Readonly<{
  row: string;
  shard: number;
  /** Exact, whatever their size. */
  amounts: Readonly<Record<string, Amount>>;
  highest: Readonly<Record<string, number | string>>;
}>;

export type HeadMove = Readonly<{ head: ViewItem; before: ViewItem | undefined }>;

/** The result of a write that came too late: the head as it was at that moment, which needs no read any more. Undefined where there was none. */
export type Moved = Readonly<{ there: ViewItem | undefined }>;

/** The result of a change of shared rows: as that of a head, for at least these of its heads, by key; or a row's own condition failed, or it takes no more heads. */
export type PutShares = 'written' | 'refused' | 'full' | Readonly<{ moved: ReadonlyMap<string, ViewItem | undefined> }>;

/** One revision's table. Reads by key are consistent; lists are not. */
export interface View {
  head(key: string): Promise<ViewItem | undefined>;
  /**
   * Puts a head, if the one that was read has not been written since (undefined: there was none), at whichever commit. If it did, the head
   * there is `written(head, before)`.
   */
  putHead(head: ViewItem, before: ViewItem | undefined): Promise<'written' | Moved>;
  /**
   * Puts or tombstones a row for the head that will follow the one that was read (undefined: there was none), unless the stored row is for
   * a later head, or for the same head and a later commit; or, if that is asked for, unless a row is there at all. Answers whether it did.
   */
  putRow(item: ViewItem, before: ViewItem | undefined, only?: 'where-none-is'): Promise<boolean>;
  /**
   * Writes heads and the changes of shared rows, all or nothing, if no head has been written since the one before was read (undefined: there
   * was none), and every raised value is above the stored one. Streams that enter a row are noted under it first; a note may stay without its change.
   * A head whose `home` is a row goes into that row's item. Throws NotStorable at a row that would exceed the size of an item.
   */
  putShares(moves: readonly HeadMove[], changes: readonly RowChange[]): Promise<PutShares>;
  /** A head whose home is this row; a part of the row. */
  headIn(row: string, at: Pick<ViewItem, 'key' | 'stream'>): Promise<ViewItem | undefined>;
  part(row: string, shard: number): Promise<RowPart | undefined>;
  /** Notes under each of these shared rows that the stream has entered it. */
  putNotes(stream: string, rows: readonly string[]): Promise<void>;
  /** Those of these shared rows under which the stream is noted. */
  notedIn(stream: string, rows: readonly string[]): Promise<ReadonlySet<string>>;
  /** Puts a part of a shared row as it must be, if it was changed as often as it was when it was read (undefined: is not there). Answers whether it did. */
  putPart(part: RowPart, listed: string, changes: Amount | undefined): Promise<boolean>;
}

export type Direction = 'oldest-first' | 'newest-first';

export type Listing = Readonly<{
  items: readonly ViewItem[];
  /** The start of the next page; absent at the end. */
  next?: Readonly<Record<string, unknown>>;
}>;

/** Which rows of a list are wanted: those whose fields equal these, as text, and which have not expired by now. */
export type Where = Readonly<{ equals?: Readonly<Record<string, string>>; now?: string }>;

export type Paging = Readonly<{ limit: number; after?: Readonly<Record<string, unknown>>; where?: Where }>;

export type RowListing = Readonly<{
  items: readonly Readonly<{ row: string; parts: readonly RowPart[] }>[];
  next?: Readonly<Record<string, unknown>>;
}>;

/** The port through which queries read a revision's table. */
export interface ViewReader {
  /** All parts of a shared row. */
  parts(row: string): Promise<readonly RowPart[]>;
  /**
   * An owner's shared rows by key, where `next` and `after` hold the key; or all rows in no order. The keys are read from an index, except
   * for a consistent list of all rows; the rows themselves are always read consistently.
   */
  sharedRows(
    options: Readonly<{ limit: number; after?: Readonly<Record<string, unknown>>; owner?: string; consistent?: boolean }>,
  ): Promise<RowListing>;
  /** The streams that are noted under a shared row, by their names: all that contribute to it, and maybe some that once did. For audits. */
  streamsIn(row: string, options: Paging): Promise<Readonly<{ streams: readonly string[]; next?: Paging['after'] }>>;
  head(key: string): Promise<ViewItem | undefined>;
  /** Tombstones are hidden unless they are asked for: by who must know which commit took a row away. */
  rowsOf(
    key: string,
    options: Paging & Readonly<{ direction: Direction; consistent?: boolean; tombstones?: boolean }>,
  ): Promise<Listing>;
  /** An owner's heads by key, from an index; or everybody's in no order, which alone can be read consistently. */
  all(options: Paging & Readonly<{ owner?: string; direction?: Direction; consistent?: boolean }>): Promise<Listing>;
  /** One partition of a declared list, by place, from an index; `next` and `after` hold the place as `at`. */
  list(options: Paging & Readonly<{ list: string; partition: string; direction: Direction }>): Promise<Listing>;
}

/** An entry for the bus. */
export type BusEntry = Readonly<{ detailType: string; detail: string; resources: readonly string[]; time: string }>;

/** Sends up to ten entries, and answers the positions of those that failed. */
export interface Bus {
  send(entries: readonly BusEntry[]): Promise<readonly Readonly<{ index: number; reason: string }>[]>;
}

/** The numbers of messages of a queue that wait, are being processed, and are dead letters; approximate, as the queue counts. */
export type Depth = Readonly<{ waiting: number; inFlight: number; deadLetters: number }>;

/** A consumer's own queue, for what goes to it past the bus. */
export interface Queue {
  /** Sends messages, and answers the positions of those that failed. */
  send(messages: readonly object[]): Promise<readonly Readonly<{ index: number; reason: string }>[]>;
  depth(): Promise<Depth>;
}

/** The position at which a scan of a segment of the commits continues. */
export type ScanPlace = Readonly<{ stream: string; commit: number }>;

export type ScanPage = Readonly<{
  /** In no order that means anything. */
  commits: readonly Commit[];
  /** Absent at the end of the segment; a last page may be empty. */
  next?: ScanPlace;
  /** The read units that the page took. */
  units: number;
}>;

/** Looks at all commits, a segment at a time. A stream is in one segment with all that it has, though not on one page. */
export interface Scanner {
  scan(
    segment: Readonly<{ segment: number; of: number }>,
    options: Readonly<{ after?: ScanPlace; limit?: number; consistent?: boolean }>,
  ): Promise<ScanPage>;
}

/** Structured log lines: never personal data, never tokens. */
export interface Log {
  info(message: string, ...fields: Record<string, unknown>[]): void;
  warn(message: string, ...fields: Record<string, unknown>[]): void;
  error(message: string, ...fields: Record<string, unknown>[]): void;
}
