import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import type { Manifest } from '../../core/manifest.ts';
import { processDecider } from '../../core/process/decider.ts';
import { instancesName } from '../../core/process/instances-view.ts';
import {
  type InstanceOrder,
  orderInstance,
  type ProcessOperating,
  readInstance,
  reportProcesses,
} from '../../engine/operate/processes.ts';
import { invalid, notFound, notYours, validId } from '../../engine/problems.ts';
import { keptFor, type Revisions } from '../../engine/query/revision.ts';
import { progressOf } from '../../engine/rebuild/report.ts';
import { defaultSettings } from '../../engine/settings.ts';
import type { Loading } from '../../engine/store/load.ts';
import { shaped } from '../../http/body.ts';
import { type HttpRequest, type HttpResponse, trailIn } from '../../http/request.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sqs, sqsQueue } from '../delivery/queue.ts';
import { deployedProcesses } from '../deployed-processes.ts';
import { tableOf } from '../deployed-views.ts';
import { revisionTables } from '../deployment/deployments.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { cloudWatchAges } from '../operate/ages.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { commitStore } from '../store/commit-store.ts';
import { snapshotStore } from '../store/snapshot-store.ts';
import { systemClock, systemHash } from '../system.ts';
import { activeRevisions } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';
import { httpFunction } from './http-function.ts';
import { pageRequest } from './query.ts';

const statuses = ['running', 'parked', 'stuck', 'ended'] as const;
const orders: readonly InstanceOrder[] = ['retry', 'resume', 'resolve'];
const reasoned = z.strictObject({ why: z.string().trim().min(1).max(500) });

const report = async (operating: ProcessOperating, query: HttpRequest['query']): Promise<HttpResponse> => {
  const { process } = query;
  const page = pageRequest(query, ['status', 'process']);
  const status = statuses.find((one) => one === query.status);
  if (query.status !== undefined && !status) throw invalid('status', `one of ${statuses.join(', ')}`);
  if (!status && page.cursor !== undefined) throw invalid('cursor', 'is of a list of one status: say which');
  const asked = { ...page, ...(status && { status }), ...(process !== undefined && { process }) };
  return { status: 200, body: await reportProcesses(operating, asked) };
};

/** Answers `/ops/processes...`, to operators alone. */
export const answerProcesses = async (operating: ProcessOperating, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, route, path, query, body } = request;
  if (actor.role !== 'operator') throw notYours();
  if (path.process === undefined) return report(operating, query);
  const [stranger] = Object.keys(query);
  if (stranger !== undefined) throw invalid(stranger, 'is no parameter of this request');
  const which = { process: path.process, instance: validId(path.instance) };
  if (route.startsWith('GET ')) return { status: 200, body: await readInstance(operating, which) };
  const order = orders.find((one) => route.endsWith(`/${one}`));
  if (!order) throw notFound(`route ${route}`);
  const { why } = shaped(reasoned, body);
  const ordered = await orderInstance(operating, { ...which, order, why, by: actor.id, ...trailIn(request) });
  operating.log.info('An instance was given an order.', { ...ordered, by: actor.id });
  return { status: 202, body: ordered };
};

export const opsProcessesHandler = (manifest: Manifest) => {
  const [client, queues, control] = [dynamo(), sqs(), environment('CONTROL_TABLE')];
  const proofs = systemProofs(client, control);
  const log = new Logger({ serviceName: 'ops-processes' });
  const codes = JSON.parse(environment('FOLD_CODES')) as Readonly<Record<string, string>>;
  const loading: Omit<Loading, 'decider' | 'code'> = {
    store: commitStore(client, environment('COMMITS_TABLE')),
    // Taken as they are found: to save them is the business, and the right, of who appends.
    snapshots: { ...snapshotStore(client, environment('SNAPSHOTS_TABLE')), save: async () => {} },
    keys: { hash: systemHash },
    clock: systemClock,
    log,
    settings: defaultSettings,
  };
  const instances: Revisions = {
    deployed: manifest.projections
      .filter(({ name }) => name === instancesName)
      .map((projection) => ({ projection, reader: viewTable(client, tableOf(projection)), clock: systemClock })),
    active: keptFor(systemClock, activeRevisions(client, control).load),
    built: keptFor(systemClock, progressOf(rebuildRecords(client, control))),
    tableOf: revisionTables(client, control, systemClock),
  };
  const operating: ProcessOperating = {
    processes: deployedProcesses(manifest).map(({ process, queue, queueUrl }) => ({
      process,
      queueName: queue,
      queue: sqsQueue(queues, queueUrl, proofs),
      loading: { ...loading, decider: processDecider(process), code: codes[process.category] ?? '' },
    })),
    instances,
    // Of no publisher: only queues are asked after.
    ages: cloudWatchAges('', systemClock),
    log,
  };
  return httpFunction(log, (request) => answerProcesses(operating, request));
};
