import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { operated } from '../../core/announcer.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { Operating } from '../../engine/operate/projections.ts';
import type { Queue } from '../../engine/ports.ts';
import { estimateRebuild } from '../../engine/rebuild/operator/estimate.ts';
import type { Ordering } from '../../engine/rebuild/operator/requests.ts';
import { rebuildable } from '../../engine/rebuild/operator/start.ts';
import { answerOperator } from '../../http/operate.ts';
import type { Estimating } from '../../http/rebuilds.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sqs, sqsQueue } from '../delivery/queue.ts';
import { deployedViews } from '../deployed-views.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { cloudWatchAges } from '../operate/ages.ts';
import { sfn, stateMachineExecutions } from '../rebuild/executions.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { commitScanner } from '../store/commit-scanner.ts';
import { commitStore } from '../store/commit-store.ts';
import { aboutCommits } from '../store/count.ts';
import { systemClock } from '../system.ts';
import { parkedList } from '../view/parked-list.ts';
import { activeRevisions, revisionPhases } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';
import { httpFunction } from './http-function.ts';
import { traceReader } from './trace-reader.ts';

type Sides = Readonly<{ client: DynamoDBClient; control: string; queueAt: (url: string) => Queue }>;

const orderingOn = (manifest: Manifest, { client, control, queueAt }: Sides): Ordering => ({
  views: deployedViews(manifest).map(({ queueUrl, ...view }) => ({ ...view, queue: queueAt(queueUrl) })),
  actives: activeRevisions(client, control),
  phases: revisionPhases(client, control),
  rebuilds: rebuildRecords(client, control),
  executions: stateMachineExecutions(sfn(), environment('REBUILD_MACHINE')),
  clock: systemClock,
  keys: { randomId: randomUUID },
  aboutCommits: aboutCommits(client, environment('COMMITS_TABLE')),
});

export const opsHandler = (manifest: Manifest) => {
  const client = dynamo();
  const control = environment('CONTROL_TABLE');
  const [queues, proofs] = [sqs(), systemProofs(client, control)];
  const queueAt = (url: string) => sqsQueue(queues, url, proofs);
  const log = new Logger({ serviceName: 'ops' });
  const ordering = orderingOn(manifest, { client, control, queueAt });
  const operating: Operating = {
    views: deployedViews({ ...manifest, projections: operated(manifest) }).map(({ projection, table, queue, queueUrl }) => ({
      projection,
      queueName: queue,
      queue: queueAt(queueUrl),
      view: viewTable(client, table),
      parked: parkedList(client, table),
    })),
    actives: ordering.actives,
    ages: cloudWatchAges(environment('PUBLISH_FUNCTION'), systemClock),
    log,
  };
  const scanner = commitScanner(client, environment('COMMITS_TABLE'));
  const estimate: Estimating = async (asked, settings) => {
    const { projection } = (await rebuildable(ordering, asked)).view;
    const { aboutCommits } = ordering;
    return estimateRebuild({ projection, scanner, random: Math.random, aboutCommits }, settings);
  };
  const trace = traceReader({
    manifest,
    client,
    views: deployedViews(manifest),
    store: commitStore(client, environment('COMMITS_TABLE')),
    actives: ordering.actives,
  });
  return httpFunction(log, (request) => answerOperator({ operating, ordering, estimate, trace }, request));
};
