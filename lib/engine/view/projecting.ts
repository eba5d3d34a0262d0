import type { AnyProjection } from '../../core/projection.ts';
import type { Clock, HeadMove, Log, RowChange, Store, View, ViewReader } from '../ports.ts';
import type { KeptHeads } from './kept-heads.ts';
import type { KnownPhase } from './phase.ts';
import type { DirtyNotes } from './ports.ts';

/** One stream's write of shared rows: its head, and the change of each row. */
export type SharesWrite = Readonly<{ move: HeadMove; changes: readonly RowChange[] }>;

/** The streams of a batch, which write shared rows in common transactions. */
export type Together = Readonly<{
  /** Writes with the others of the batch. Answers whether it did: if not, others have moved the head, or the row that it was to move into is full. */
  put(write: SharesWrite): Promise<'written' | 'moved' | 'full'>;
  /** Runs the work on one stream of the batch: nothing is written until all others wait to write as well, or are done. */
  during<T>(run: () => Promise<T>): Promise<T>;
}>;

/** Everything that applying commits to a view needs. Emptying a purged stream, refolding one and repairing a shared row also read the stored items. */
export type Projecting<P = AnyProjection> = Readonly<{
  projection: P;
  store: Store;
  view: View & Pick<ViewReader, 'rowsOf' | 'parts' | 'streamsIn'>;
  /** The heads that this view has written. Without them each head is read before it is written. */
  heads?: KeptHeads;
  clock: Clock;
  log: Log;
  /** The streams of a batch, which write shared rows together. */
  together?: Together;
  /** Of a revision that may still be built; without it there is nothing to ask, and gaps are filled. */
  building?: Readonly<{ phase: KnownPhase; dirty: Pick<DirtyNotes, 'note'> }>;
}>;

/** The number of rows of one stream that are written at the same time. */
export const rowsAtOnce = 25;
