import type { Manifest } from '../core/manifest.ts';
import type { AnyProjection } from '../core/projection.ts';
import { environment } from './environment.ts';
import { queueBeside } from './queue.ts';

/** A revision of a projection as it is deployed. */
export type DeployedView = Readonly<{
  projection: AnyProjection;
  table: string;
  queue: string;
  queueUrl: string;
  /** Hash of the code that makes its rows. */
  code?: string;
}>;

/**
 * The views of the manifest with their tables and queues, as the deployment names them in PROJECTIONS: names, of which the variable holds
 * many, and the URL of one queue, QUEUE_URL, whose neighbours all others are.
 */
export const deployedViews = ({ projections }: Manifest): readonly DeployedView[] => {
  const names = JSON.parse(environment('PROJECTIONS')) as Record<string, readonly [table: string, queue: string, code?: string]>;
  return projections.flatMap((projection) => {
    const [table, queue, code] = names[`${projection.name}.r${projection.revision}`] ?? [];
    if (table === undefined || queue === undefined) return [];
    const queueUrl = queueBeside(environment('QUEUE_URL'), queue);
    return [{ projection, table, queue, queueUrl, ...(code !== undefined && { code }) }];
  });
};
