import { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Manifest } from '../core/manifest.ts';
import { type Delivery, type Projecting, projectBatch } from '../engine/project.ts';
import type { Delivered } from '../engine/publish.ts';
import { type ResumeOrder, resumeBatch } from '../engine/resume.ts';
import { commitStore } from './commit-store.ts';
import { correlationsOf } from './correlations.ts';
import { dynamo } from './dynamo.ts';
import { environment } from './environment.ts';
import { systemClock } from './system.ts';
import { viewTable } from './view-table.ts';

/** What comes through the queue: a commit, from the bus or from the sweep, or an operator's order. */
type Message = Readonly<{ detail?: Delivered }> & Partial<ResumeOrder>;

/** Applies a batch of the projection's queue, and gives back only the records that failed. */
export const projectHandler = (manifest: Manifest) => {
  const name = environment('PROJECTION');
  const revision = Number(environment('REVISION'));
  const projection = manifest.projections.find((candidate) => candidate.name === name && candidate.revision === revision);
  if (!projection) throw new Error(`The manifest has no revision ${revision} of ${name}.`);
  const client = dynamo();
  const log = new Logger({ serviceName: `project-${name}` });
  const projecting: Projecting = {
    projection,
    store: commitStore(client, environment('COMMITS_TABLE')),
    view: viewTable(client, environment('VIEW_TABLE')),
    clock: systemClock,
    log,
  };
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const messages = event.Records.map(({ messageId, body }) => ({ id: messageId, ...(JSON.parse(body) as Message) }));
    const batch: readonly Delivery[] = messages.flatMap(({ id, detail }) => (detail ? [{ id, delivered: detail }] : []));
    const orders = messages.flatMap(({ id, resume }) => (resume ? [{ id, order: resume }] : []));
    const failed = await projectBatch(projecting, batch);
    log.info('Projected.', {
      commits: batch.length - failed.length,
      failed: failed.length,
      correlations: correlationsOf(batch.map(({ delivered }) => delivered)),
    });
    const open = [...failed, ...(await resumeBatch(projecting, orders))];
    return { batchItemFailures: open.map((itemIdentifier) => ({ itemIdentifier })) };
  };
};
