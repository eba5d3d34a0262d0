import { type Operating, orderResume, reportProjections } from '../engine/operate/projections.ts';
import { invalid, notYours } from '../engine/problems.ts';
import type { Ordering } from '../engine/rebuild/operator/requests.ts';
import { answerRebuilds, type Estimating } from './rebuilds.ts';
import type { HttpRequest, HttpResponse } from './request.ts';
import { answerTrace, type TraceReader } from './trace.ts';

const revisionOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalid('revision', 'a revision such as 2');
  return Number(text);
};

/** The one parameter that each route knows; unknown ones are refused rather than ignored. */
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

/** The ports of a function for operators. */
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
