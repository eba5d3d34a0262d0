import type { AnyProjection } from '../../../core/projection.ts';
import type { Instance } from '../world/pool.ts';
import type { SimulatedQueue } from '../world/queue.ts';
import type { SimulatedView } from '../world/view.ts';

/** A revision that is deployed, as the system has it. */
export type DeployedView = Readonly<{
  name: string;
  projection: AnyProjection;
  view: SimulatedView;
  queue: SimulatedQueue;
  projectionOf: (instance: Instance) => AnyProjection;
}>;
