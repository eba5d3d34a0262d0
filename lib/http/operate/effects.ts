import * as z from 'zod';
import { allowedAll } from '../../core/access.ts';
import {
  answerPerformance,
  type EffectOperating,
  readPerformance,
  reportEffects,
  retryPerformance,
} from '../../engine/operate/effects.ts';
import { invalid, notFound, notYours } from '../../engine/problems.ts';
import { jsonBody, reasoned, shaped } from '../body.ts';
import { onlyForReal } from '../dry-run.ts';
import { instantOf } from '../instant.ts';
import { onlyKnown, pageRequest } from '../page.ts';
import { type HttpRequest, type HttpResponse, trailIn } from '../request.ts';

export const performanceStatuses = ['open', 'failing', 'answered', 'refused', 'timed-out', 'late'] as const;

/** An outcome that an operator gives by hand. */
export const givenByHand = reasoned.extend({
  outcome: z.union([
    z.strictObject({ done: z.unknown() }),
    z.strictObject({ refused: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), detail: z.unknown().optional() }),
  ]),
});

const report = async (operating: EffectOperating, query: HttpRequest['query']): Promise<HttpResponse> => {
  const { effect } = query;
  const page = pageRequest(query, ['status', 'until', 'effect']);
  const until = instantOf('until', query.until);
  const status = performanceStatuses.find((one) => one === query.status);
  if (query.status !== undefined && !status) throw invalid('status', `one of ${performanceStatuses.join(', ')}`);
  if (!status && page.cursor !== undefined) throw invalid('cursor', 'belongs to the list of one status: give status= too');
  const asked = { ...page, status, until, ...(effect !== undefined && { effect }) };
  return { status: 200, body: await reportEffects(operating, asked) };
};

/** Answers `/ops/effects...`, to operators alone. */
export const answerEffects = async (operating: EffectOperating, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, route, path, query, body } = request;
  if (!allowedAll(['operator'], actor)) throw notYours();
  onlyForReal(request);
  const { performance } = path;
  if (performance === undefined) return report(operating, query);
  onlyKnown(query);
  if (route.startsWith('GET ')) return { status: 200, body: await readPerformance(operating, performance) };
  const ask = { performance, by: actor.id, ...trailIn(request) };
  if (route.endsWith('/retry')) {
    const { why } = shaped(reasoned, jsonBody(body));
    return { status: 202, body: await retryPerformance(operating, { ...ask, why }) };
  }
  if (!route.endsWith('/answer')) throw notFound(`route ${route}`);
  const { why, outcome } = shaped(givenByHand, jsonBody(body));
  const ordered = await answerPerformance(operating, { ...ask, why, outcome });
  operating.log.info('An operator gave the outcome of a performance.', { ...ordered, by: actor.id });
  return { status: 202, body: ordered };
};
