import type { Recorded } from '../../../core/message.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import type { RowChange, View, ViewItem, ViewReader } from '../../ports.ts';
import { itemSize, mostSize } from '../../store/size.ts';
import type { Projecting } from '../projecting.ts';

/** Rows to put or tombstone, then the head with the cursor: the result of applying commits to a stream's place in a view. */
export type Change = Readonly<{
  rows: readonly ViewItem[];
  head: ViewItem;
  /** Of one commit: the changes of shared rows that lead from this head to the new one. */
  shared?: Readonly<{ from: ViewItem; changes: readonly RowChange[] }>;
}>;

/** The number of a commit, and those of its events that the view handles, in order. */
export type Handled = Readonly<{ commit: number; events: readonly Recorded[] }>;

/** A head in which a change was begun that another instance may not have lived to end. */
export type BegunHead = ViewItem & Required<Pick<ViewItem, 'begun'>>;

/** A stream that is refolded, and its stored head. */
export type Refold = Readonly<{
  there: ViewItem | undefined;
  at: Pick<ViewItem, 'key' | 'stream'>;
  /** A shared row in which the stream may have a share that it should not have. */
  row: string | undefined;
  /** Folds the whole history, and answers the head. Rows are handed on as they come; a row may come several times. */
  fold: (onRows?: (rows: readonly ViewItem[]) => Promise<void>) => Promise<ViewItem>;
}>;

export type KindName = AnyProjection['kind'];

/** The views of one kind. */
export type Of<K extends KindName> = Extract<AnyProjection, { kind: K }>;

/**
 * Everything in which one kind of view differs from the others when it is kept. There is one record for each kind, in the file of its name. Each
 * write answers the head that it has written, or undefined if another instance was faster.
 */
export interface Kind<P extends AnyProjection> {
  /** The memory in the head of a stream without commits, for a kind that keeps one. */
  empty(projection: P): Pick<ViewItem, 'memory'>;
  /** True if the heads are the rows: they are read by id, listed by owner, and hold the whole state of a stream. */
  headIsRow: boolean;
  /** True if each stream has a stored head with its cursor. */
  hasHeads: boolean;
  /** A table of the view as the engine sees it: with a head for each stream, wherever the kind keeps the cursor. */
  cursors<V extends View & Pick<ViewReader, 'rowsOf'>>(view: V, projection: P): V;
  /** True if a change that is written on a head with this cursor takes a write of the head, beside its rows. */
  putsHead(change: Change, cursor: number): boolean;
  /** The rows that an item holds. */
  rowsIn(item: ViewItem): readonly object[];
  /** Applies one commit to a head. An exception parks the stream in front of the commit. */
  apply(projection: P, head: ViewItem, handled: Handled): Change;
  /** Writes what commits came to: the cursor last, or together with all else. */
  write(projecting: Projecting<P>, before: ViewItem | undefined, change: Change): Promise<ViewItem | undefined>;
  /** Ends a change that another instance began. */
  finish(projecting: Projecting<P>, head: BegunHead): Promise<ViewItem | undefined>;
  /** Replaces the stored items by the fold of the whole history. */
  refold(refolding: Projecting<P>, refold: Refold): Promise<ViewItem | undefined>;
  /** Brings one row to the sum of its shares, in a kind that has sums. */
  mend(refolding: Projecting<P>, row: string): Promise<void>;
}

/** The record's member of a kind whose items are its rows. */
export const itemsAreRows = { rowsIn: ({ row }: ViewItem) => (row === undefined ? [] : [row]) };

/** The record's members of a kind that keeps a head for each stream. */
export const withHeads = { ...itemsAreRows, hasHeads: true, cursors: <V extends View>(view: V): V => view, putsHead: () => true };

/** The record's members of a kind that has no sums: it begins no change that it does not end, and there is nothing to mend. */
export const withoutSums = {
  finish: async (_: Projecting, head: BegunHead) => head,
  mend: async ({ projection }: Projecting) => {
    throw new Error(`${projection.name} has no shared rows: there is no sum to repair.`);
  },
};

/** The head of a stream without commits: a cursor in front of all of them. */
export const headBefore = ({ key, stream }: Pick<ViewItem, 'key' | 'stream'>, empty: Pick<ViewItem, 'memory'>): ViewItem => ({
  key,
  sort: 'head',
  stream,
  commit: 0,
  ...empty,
});

export const rowBytes = 350 * 1024;

/** The most rows that one commit may change in a view: some seconds of work for its function. */
export const rowsPerCommit = 1_000;

export const fewEnough = (rows: number): void => {
  if (rows > rowsPerCommit)
    throw new Error(`The commit changes ${rows} rows of this view; the limit is ${rowsPerCommit} for one commit.`);
};

/** An item that is too large for the table is a bug in the view's code, not of the table. */
export const checked = (item: ViewItem, tooLarge = `The row has over ${rowBytes} bytes, the limit of a row.`): ViewItem => {
  if (mostSize(item) > rowBytes && itemSize(item) > rowBytes) throw new Error(tooLarge);
  return item;
};
