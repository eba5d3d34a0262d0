import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { operated } from '../../core/announcer.ts';
import type { Manifest } from '../../core/manifest.ts';
import { type Operating, orderResume, reportProjections } from '../../engine/operate/projections.ts';
import type { Queue } from '../../engine/ports.ts';
import { invalid, notYours } from '../../engine/problems.ts';
import { estimateRebuild } from '../../engine/rebuild/estimate.ts';
import type { Ordering } from '../../engine/rebuild/requests.ts';
import { rebuildable } from '../../engine/rebuild/start.ts';
import { answerRebuilds, type Estimating } from '../../http/rebuilds.ts';
import type { HttpRequest, HttpResponse } from '../../http/request.ts';
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
import { answerTrace, type TraceReader, traceReader } from './trace-reader.ts';

const revisionOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalid('revision', 'a revision such as 2');
  return Number(text);
};

/** The one parameter that a route knows; what is unknown is refused rather than ignored. */
const known: Readonly<Record<string, string>> = {
  'GET /ops/rebuilds': 'projection',
  'POST /ops/projections/{name}/parked/{stream}/resume': 'revision',
};

/** Answers `GET /ops/projections` and `POST /ops/projections/{name}/parked/{stream}/resume`. */
const answerProjections = async (operating: Operating, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, path, query, correlation } = request;
  if (path.stream === undefined) return { status: 200, body: await reportProjections(operating) };
  const revision = revisionOf(query.revision);
  const { name = '', stream } = path;
  const ordered = await orderResume(operating, { name, stream, correlation, ...(revision !== undefined && { revision }) });
  operating.log.info('A resume was ordered.', { ...ordered, by: actor.id });
  return { status: 202, body: ordered };
};

/** What a function for operators answers from. */
export type Operators = Readonly<{ operating: Operating; ordering: Ordering; estimate: Estimating; trace: TraceReader }>;

/** Answers `/ops/...`, to operators alone. */
export const answerOperator = async (operators: Operators, request: HttpRequest): Promise<HttpResponse> => {
  const { operating, ordering, estimate, trace } = operators;
  if (request.actor.role !== 'operator') throw notYours();
  const stranger = Object.keys(request.query).find((name) => name !== known[request.route]);
  if (stranger !== undefined) throw invalid(stranger, 'is no parameter of this request');
  return (
    (await answerTrace(trace, request)) ??
    (await answerRebuilds({ ordering, estimate, log: operating.log }, request)) ??
    answerProjections(operating, request)
  );
};

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
    const { clock, aboutCommits: about } = ordering;
    return estimateRebuild({ projection, scanner, clock, random: Math.random, aboutCommits: about }, settings);
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
