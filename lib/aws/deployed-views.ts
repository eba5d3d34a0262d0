import { announcerName } from '../core/announcer.ts';
import { groupQueueName, revisionKey, revisionName } from '../core/deployed-names.ts';
import type { Manifest } from '../core/manifest.ts';
import type { AnyProjection } from '../core/projection.ts';
import { groupOf } from '../core/view/groups.ts';
import { environment } from './environment.ts';
import { queueBeside } from './queue-name.ts';

/** A deployed revision of a view. */
export type DeployedView = Readonly<{
  projection: AnyProjection;
  table: string;
  queue: string;
  queueUrl: string;
  /** The group whose queue that is, if it is not the view's own. */
  group?: string;
  /** Hash of the code that makes its rows. */
  code?: string;
}>;

/**
 * The table of a revision in this function's own stack. The sender of public events keeps its cursors in a table that outlives the stack, under a
 * name of its own.
 */
export const tableOf = (projection: AnyProjection): string =>
  projection.name === announcerName ? environment('CURSORS_TABLE') : revisionName(environment('STACK'), projection);

/** The manifest's views with their queues: all are neighbours of the one at QUEUE_URL. */
export const queuedViews = ({
  projections,
  groups,
}: Pick<Manifest, 'projections' | 'groups'>): readonly Pick<DeployedView, 'projection' | 'queue' | 'queueUrl' | 'group'>[] =>
  projections.map((projection) => {
    const [stack, group] = [environment('STACK'), groupOf({ groups }, projection)];
    const queue = group === undefined ? revisionName(stack, projection) : groupQueueName(stack, group);
    return { projection, queue, queueUrl: queueBeside(environment('QUEUE_URL'), queue), ...(group !== undefined && { group }) };
  });

/** The manifest's views with their tables and queues, and the hashes of their code in ROW_CODES. */
export const deployedViews = (manifest: Pick<Manifest, 'projections' | 'groups'>): readonly DeployedView[] => {
  const codes = JSON.parse(environment('ROW_CODES')) as Readonly<Record<string, string>>;
  return queuedViews(manifest).map((view) => {
    const code = codes[revisionKey(view.projection)];
    return { ...view, table: tableOf(view.projection), ...(code !== undefined && { code }) };
  });
};

/** The revision of a view that this function serves. */
export const ownRevision = ({ projections }: Pick<Manifest, 'projections'>): AnyProjection => {
  const own = revisionKey({ name: environment('PROJECTION'), revision: Number(environment('REVISION')) });
  const projection = projections.find((candidate) => revisionKey(candidate) === own);
  if (!projection) throw new Error(`The manifest has no revision ${own}.`);
  return projection;
};
