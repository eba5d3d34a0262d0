import * as z from 'zod';
import { type Acts, keepAct } from '../engine/operate/acts/acts.ts';
import { actsOf } from '../engine/operate/projections.ts';
import type { Log } from '../engine/ports.ts';
import { invalid, notFound } from '../engine/problems.ts';
import { cancelRebuild } from '../engine/rebuild/operator/cancel.ts';
import { listRebuilds, reportRecorded } from '../engine/rebuild/operator/report.ts';
import type { Ordering } from '../engine/rebuild/operator/requests.ts';
import { rollBack } from '../engine/rebuild/operator/roll-back.ts';
import { orderRebuild } from '../engine/rebuild/operator/start.ts';
import { orderAudit, orderRefold, orderReplay, type Refolded } from '../engine/rebuild/operator/start-in-place.ts';
import type { RebuildSettings } from '../engine/rebuild/ports.ts';
import { jsonBody, reasoned, reasonIn, type StageRule, shaped } from './body.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

const { why } = reasoned.shape;
const settings = z.strictObject({
  segments: z.int().optional(),
  concurrency: z.int().optional(),
  unitsPerSecond: z.int().optional(),
  compareOneOf: z.int().optional(),
});
export const order = z.strictObject({
  projection: z.string(),
  revision: z.int().positive().optional(),
  why: why.optional(),
  settings: settings.optional(),
  stream: z.string().optional(),
  category: z.string().optional(),
  audit: z.literal(true).optional(),
  repair: z.boolean().optional(),
  dryRun: z.literal(true).optional(),
});
export const rollingBack = z.strictObject({ why, revision: z.int().positive().optional() });

type Order = z.infer<typeof order>;

/** Estimates a rebuild of a view, without changing anything. */
export type Estimating = (asked: Pick<Order, 'projection' | 'revision'>, settings: Partial<RebuildSettings>) => Promise<object>;

/** Checks a request: one thing at a time, with a reason if it changes anything. */
const checked = (asked: Order): Order & Readonly<{ why: string }> => {
  const chosen = (['stream', 'category', 'audit', 'dryRun'] as const).filter((name) => asked[name] !== undefined);
  if (chosen.length > 1) throw invalid(chosen[1] ?? '', `cannot be combined with ${chosen[0]}`);
  if (asked.repair !== undefined && !asked.audit) throw invalid('repair', 'is only for an audit: add "audit": true');
  if (asked.why === undefined && !asked.dryRun) throw invalid('why', 'give a reason: it is kept in the history of rebuilds');
  return { why: '', ...asked };
};

type Asked = StageRule & Readonly<{ ordering: Ordering; estimate: Estimating; acts: Acts; log: Pick<Log, 'info'> }>;

const begin = async (
  { ordering, estimate, acts, log }: Asked,
  { body, actor, correlation }: HttpRequest,
): Promise<HttpResponse> => {
  const asked = checked(shaped(order, jsonBody(body)));
  const { stream, category, audit, dryRun, ...rest } = asked;
  const by = actor.id;
  if (dryRun) return { status: 200, body: await estimate(asked, asked.settings ?? {}) };
  if (stream !== undefined) {
    const act = { act: 'refold', by, why: asked.why, stream, correlation } as const;
    const recording = { acts, clock: ordering.clock };
    const kept = ({ projection: name, revision }: Refolded) => keepAct(recording, actsOf({ name, revision }), act);
    return { status: 202, body: await orderRefold(ordering, { ...rest, stream, correlation }, kept) };
  }
  const begun = audit
    ? await orderAudit(ordering, { ...rest, by })
    : category === undefined
      ? await orderRebuild(ordering, { ...rest, by })
      : await orderReplay(ordering, { ...rest, by, category });
  log.info('A rebuild was started.', {
    rebuild: begun.id,
    kind: begun.kind,
    projection: begun.projection,
    revision: begun.revision,
    by,
  });
  // Relative to the path that was asked: an API may live below a prefix.
  return { status: 202, body: begun, headers: { location: `rebuilds/${begun.id}` } };
};

/** Answers `/ops/rebuilds...` and `POST /ops/projections/{name}/roll-back`. */
export const answerRebuilds = async (asked: Asked, request: HttpRequest): Promise<HttpResponse> => {
  const { ordering } = asked;
  const { route, path, query, body, actor } = request;
  const by = actor.id;
  switch (route) {
    case 'POST /ops/rebuilds':
      return begin(asked, request);
    case 'GET /ops/rebuilds':
      return { status: 200, body: { rebuilds: await listRebuilds(ordering, query.projection) } };
    case 'GET /ops/rebuilds/{id}':
      return { status: 200, body: await reportRecorded(ordering, path.id ?? '') };
    case 'POST /ops/rebuilds/{id}/cancel':
      return { status: 200, body: await cancelRebuild(ordering, { id: path.id ?? '', by, ...reasonIn(request, asked) }) };
    case 'POST /ops/projections/{name}/roll-back':
      return {
        status: 200,
        body: await rollBack(ordering, { projection: path.name ?? '', by, ...shaped(rollingBack, jsonBody(body)) }),
      };
    default:
      throw notFound(`route ${route}`);
  }
};
