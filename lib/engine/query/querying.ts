import type { AnyProjection } from '../../core/projection.ts';
import type { Clock, ViewReader } from '../ports.ts';

/** A view that is asked. */
export type Querying<P = AnyProjection> = Readonly<{
  projection: P;
  /** What tells its table from another one that had the same name. */
  incarnation?: string;
  reader: ViewReader;
  clock: Clock;
  /** How long a reader waits for it to reach what must be in the answer (ms). */
  patience?: number;
}>;
