import type { AnyProjection } from '../../core/projection.ts';
import type { Finding } from '../personal/find.ts';
import type { Clock, ViewReader } from '../ports.ts';
import type { KeyedReader } from './ports.ts';

/** A view and the ports to query it. */
export type Querying<P = AnyProjection> = Readonly<{
  projection: P;
  /** Distinguishes its table from an earlier one of the same name. */
  incarnation?: string;
  reader: ViewReader & KeyedReader;
  clock: Clock;
  /** What rows are found with by a personal value; only a view with such a list needs it. */
  finding?: Finding;
  /** The longest time that a reader waits for it to apply the awaited commits (ms). */
  patience?: number;
}>;
