import type { AnyProjection } from '../../core/projection.ts';
import type { Clock, Log, Store, View, ViewReader } from '../ports.ts';
import type { KeptHeads } from './kept-heads.ts';
import type { KnownPhase } from './phase.ts';
import type { DirtyNotes } from './ports.ts';
import type { Together } from './together.ts';

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
