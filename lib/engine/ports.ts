import type { Commit } from '../core/commit.ts';

/** What an append came to: stored, or lost to the commit that is already there. */
export type Appended = Readonly<{ stored: true } | { stored: false; winner: Commit }>;

/** What an append to several streams came to: stored, or not, with the commits that were in the way. */
export type AppendedTogether = Readonly<{ stored: true } | { stored: false; winners: readonly Commit[] }>;

export type Page = Readonly<{
  commits: readonly Commit[];
  /** Where to go on: the next page's `from`, or its `to` when newest first. Absent at the end; a last page may be empty. */
  next?: number;
}>;

export type Range = Readonly<{ from: number; to?: number; limit?: number; newestFirst?: boolean }>;

/** The commits. Every read is consistent: what was acknowledged before it began is seen. */
export interface Store {
  append(commit: Commit): Promise<Appended>;
  appendTogether(commits: readonly Commit[]): Promise<AppendedTogether>;
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
  /** Size of all the stream's commits up to this one: snapshots are taken where it passes a multiple of their distance. */
  bytes: number;
  /** Hash of the commit that it was taken at, by which the loader knows that it belongs to this history. */
  hash: string;
  state: unknown;
  /** Digests of the last command ids, the newest last, of 16 hexadecimal digits each. */
  recent: string;
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
  randomId(): string;
  /** At least 0, less than 1. */
  random(): number;
}

/** One item of a view's table. Stored format of 2026-11. */
export type ViewItem = Readonly<{
  /** The row's place: the stream's id, and within it `head`, or `row#<key>` in a view with many rows for each stream. */
  key: string;
  sort: string;
  stream: string;
  /** The commit that the item was last written for: in a head, the cursor. */
  commit: number;
  /** Kept where a list by owner or a reader asks for it: on a head that is not a tombstone. */
  owner?: string;
  /** Absent in a tombstone, and in the head of a view with many rows. */
  row?: object;
  /** What a view with many rows for each stream keeps for itself, in the head. */
  memory?: unknown;
  /** Why the stream stopped in this projection, and at which commit. */
  parked?: Readonly<{ commit: number; reason: string; at: string }>;
}>;

/** One revision's table. Reads by key are consistent; lists are not. */
export interface View {
  head(key: string): Promise<ViewItem | undefined>;
  /** Puts a head, if the cursor there is still the one that was read (undefined: none). Answers whether it did. */
  putHead(head: ViewItem, expected: number | undefined): Promise<boolean>;
  /** Puts or tombstones a row, over none or one whose commit is not newer. */
  putRow(item: ViewItem): Promise<void>;
}

export type Direction = 'oldest-first' | 'newest-first';

export type Listing = Readonly<{
  items: readonly ViewItem[] /** Where the next page begins; absent at the end. */;
  next?: Readonly<Record<string, unknown>>;
}>;

/** What queries ask of a revision's table. */
export interface ViewReader {
  head(key: string): Promise<ViewItem | undefined>;
  rowsOf(
    key: string,
    options: Readonly<{ limit: number; after?: Readonly<Record<string, unknown>>; direction: Direction }>,
  ): Promise<Listing>;
  all(options: Readonly<{ limit: number; after?: Readonly<Record<string, unknown>>; owner?: string }>): Promise<Listing>;
}

/** An entry for the bus. */
export type BusEntry = Readonly<{ detailType: string; detail: string; resources: readonly string[]; time: string }>;

/** Sends up to ten entries, and answers the positions of those that failed. */
export interface Bus {
  send(entries: readonly BusEntry[]): Promise<readonly Readonly<{ index: number; reason: string }>[]>;
}

/** Structured log lines: never personal data, never tokens. */
export interface Log {
  info(message: string, ...fields: Record<string, unknown>[]): void;
  warn(message: string, ...fields: Record<string, unknown>[]): void;
  error(message: string, ...fields: Record<string, unknown>[]): void;
}
