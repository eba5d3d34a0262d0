import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../core/manifest.ts';
import { type Operating, orderResume, reportProjections } from '../engine/operations.ts';
import { invalid, notYours } from '../engine/problems.ts';
import { cloudWatchAges } from './ages.ts';
import { deployedViews } from './deployed-views.ts';
import { dynamo } from './dynamo.ts';
import { environment } from './environment.ts';
import { type HttpRequest, type HttpResponse, httpFunction } from './http.ts';
import { parkedList } from './parked-list.ts';
import { sqs, sqsQueue } from './queue.ts';
import { systemClock } from './system.ts';
import { viewTable } from './view-table.ts';

const revisionOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalid('revision', 'a revision such as 2');
  return Number(text);
};

/** Answers `GET /ops/projections` and `POST /ops/projections/{name}/parked/{stream}/resume`, to operators alone. */
export const answerOperator = async (operating: Operating, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, path, query, correlation } = request;
  if (actor.role !== 'operator') throw notYours();
  const stranger = Object.keys(query).find((name) => name !== 'revision');
  if (stranger !== undefined) throw invalid(stranger, 'is no parameter of this request');
  if (path.stream === undefined) return { status: 200, body: await reportProjections(operating) };
  const revision = revisionOf(query.revision);
  const { name = '', stream } = path;
  const ordered = await orderResume(operating, { name, stream, correlation, ...(revision !== undefined && { revision }) });
  operating.log.info('A resume was ordered.', { ...ordered, by: actor.id });
  return { status: 202, body: ordered };
};

export const opsHandler = (manifest: Manifest) => {
  const client = dynamo();
  const queues = sqs();
  const log = new Logger({ serviceName: 'ops' });
  const operating: Operating = {
    views: deployedViews(manifest).map(({ projection, table, queue, queueUrl }) => ({
      projection,
      queueName: queue,
      queue: sqsQueue(queues, queueUrl),
      view: viewTable(client, table),
      parked: parkedList(client, table),
    })),
    ages: cloudWatchAges(environment('PUBLISH_FUNCTION'), systemClock),
    log,
  };
  return httpFunction(log, (request) => answerOperator(operating, request));
};
