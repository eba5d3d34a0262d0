import { allowedAll } from '../../core/access.ts';
import {
  type InstanceOrder,
  orderInstance,
  type ProcessOperating,
  readInstance,
  reportProcesses,
} from '../../engine/operate/processes.ts';
import { invalid, notFound, notYours, validId } from '../../engine/problems.ts';
import { jsonBody, reasoned, shaped } from '../body.ts';
import { onlyForReal } from '../dry-run.ts';
import { instantOf } from '../instant.ts';
import { onlyKnown, pageRequest } from '../page.ts';
import { type HttpRequest, type HttpResponse, trailIn } from '../request.ts';

export const statuses = ['running', 'parked', 'stuck', 'ended'] as const;

export const instanceOrders = ['retry', 'resume', 'resolve'] as const satisfies readonly InstanceOrder[];

const report = async (operating: ProcessOperating, query: HttpRequest['query']): Promise<HttpResponse> => {
  const { process } = query;
  const page = pageRequest(query, ['status', 'until', 'process']);
  const until = instantOf('until', query.until);
  const status = statuses.find((one) => one === query.status);
  if (query.status !== undefined && !status) throw invalid('status', `one of ${statuses.join(', ')}`);
  if (!status && page.cursor !== undefined) throw invalid('cursor', 'belongs to the list of one status: give status= too');
  const asked = { ...page, status, until, ...(process !== undefined && { process }) };
  return { status: 200, body: await reportProcesses(operating, asked) };
};

/** Answers `/ops/processes...`, to operators alone. */
export const answerProcesses = async (operating: ProcessOperating, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, route, path, query, body } = request;
  if (!allowedAll(['operator'], actor)) throw notYours();
  onlyForReal(request);
  if (path.process === undefined) return report(operating, query);
  onlyKnown(query);
  const which = { process: path.process, instance: validId(path.instance) };
  if (route.startsWith('GET ')) return { status: 200, body: await readInstance(operating, which) };
  const order = instanceOrders.find((one) => route.endsWith(`/${one}`));
  if (!order) throw notFound(`route ${route}`);
  const { why } = shaped(reasoned, jsonBody(body));
  const ordered = await orderInstance(operating, { ...which, order, why, by: actor.id, ...trailIn(request) });
  operating.log.info('An operator sent a request to an instance.', { ...ordered, by: actor.id });
  return { status: 202, body: ordered };
};
