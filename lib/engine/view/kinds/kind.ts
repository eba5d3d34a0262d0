import type { Recorded } from '../../../core/message.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import type { ViewItem } from '../../ports.ts';
import { itemSize } from '../../store/size.ts';

/** Rows to put or tombstone, then the head with the cursor: the result of applying commits to a stream's place in a view. */
export type Change = Readonly<{ rows: readonly ViewItem[]; head: ViewItem }>;

/** The number of a commit, and those of its events that the view handles, in order. */
export type Handled = Readonly<{ commit: number; events: readonly Recorded[] }>;

/** The projections of one kind. */
export type Of<K extends AnyProjection['kind']> = Extract<AnyProjection, { kind: K }>;

/** Everything in which one kind of view differs from the others when it is kept. There is one record for each kind, in the file of its name. */
export interface Kind<P extends AnyProjection> {
  /** The memory in the head of a stream without commits, for a kind that keeps one. */
  empty(projection: P): Pick<ViewItem, 'memory'>;
  /** Applies one commit to a head. An exception parks the stream in front of the commit. */
  apply(projection: P, head: ViewItem, handled: Handled): Change;
}

const rowBytes = 350 * 1024;

/** The most rows that one commit may make or change in a view: some seconds' work for its function, whatever else is in the batch. */
export const rowsPerCommit = 1_000;

export const fewEnough = (rows: number): void => {
  if (rows > rowsPerCommit)
    throw new Error(`The commit changes ${rows} rows of this view, which takes ${rowsPerCommit} of one commit.`);
};

/** An item that is too large for the table counts as a fault of the projection, not of the table. */
export const checked = (item: ViewItem): ViewItem => {
  if (itemSize(item) > rowBytes) throw new Error(`The row has over ${rowBytes} bytes, which no table takes.`);
  return item;
};
