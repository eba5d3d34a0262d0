import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AnyProjection } from '../../core/projection.ts';
import { keptFor } from '../../engine/kept-for.ts';
import type { Revisions } from '../../engine/query/revision.ts';
import { progressOf } from '../../engine/rebuild/operator/report.ts';
import { withCursors } from '../../engine/view/kinds/index.ts';
import { tableOf } from '../deployed-views.ts';
import { revisionTables } from '../deployment/deployments.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { systemClock as clock } from '../system.ts';
import { activeRevisions } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';

/** The deployed revisions of a view for queries, with the ports that say which of them answers; their answers are kept for a while. */
export const revisionsIn = (client: DynamoDBClient, control: string): ((projections: readonly AnyProjection[]) => Revisions) => {
  const ports = {
    active: keptFor(clock, activeRevisions(client, control).load),
    built: keptFor(clock, progressOf(rebuildRecords(client, control))),
    tableOf: revisionTables(client, control, clock),
  };
  const deployed = (projection: AnyProjection) => ({
    projection,
    reader: withCursors(projection, viewTable(client, tableOf(projection))),
    clock,
  });
  return (projections) => ({ ...ports, deployed: projections.map(deployed) });
};
