import { allowedAll } from '../core/access.ts';
import type { PackedFile } from '../core/operate/console.ts';
import type { CostReport } from '../engine/cost/measured.ts';
import type { Trace } from '../engine/history/trace.ts';
import type { Model } from '../engine/model/model.ts';
import type { Recording } from '../engine/operate/acts/acts.ts';
import type { Flow } from '../engine/operate/flow/report.ts';
import { actsOnView, type Operating, orderResume, reportProjections } from '../engine/operate/projections.ts';
import { invalid, notFound, notYours } from '../engine/problems.ts';
import type { Ordering } from '../engine/rebuild/operator/requests.ts';
import { reasonIn, type StageRule } from './body.ts';
import { fileAnswer } from './console/files.ts';
import { onlyForReal } from './dry-run.ts';
import { onlyKnown } from './page.ts';
import { answerRebuilds, type Estimating } from './rebuilds.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

const revisionOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalid('revision', 'a revision such as 2');
  return Number(text);
};

/** The parameters that routes know. */
const known: Readonly<Record<string, readonly string[]>> = {
  'GET /ops/rebuilds': ['projection'],
  'POST /ops/projections/{name}/parked/{stream}/resume': ['revision'],
  'GET /ops/projections/{name}/acts': ['revision'],
};

const resume = async ({ operating, isProtected = false }: Operators, request: HttpRequest): Promise<HttpResponse> => {
  const { actor, path, query, correlation } = request;
  const reason = reasonIn(request, { isProtected });
  const revision = revisionOf(query.revision);
  const { name = '', stream = '' } = path;
  const named = { name, stream, ...(revision !== undefined && { revision }) };
  const ordered = await orderResume(operating, { ...named, correlation, by: actor.id, ...reason });
  operating.log.info('An operator requested a resume.', { ...ordered, by: actor.id, ...reason });
  return { status: 202, body: ordered };
};

/** What operators did to a revision of a view, beside rebuilds, which have a list of their own. */
const acts = async ({ operating }: Operators, { path, query }: HttpRequest): Promise<HttpResponse> => ({
  status: 200,
  body: await actsOnView(operating, path.name ?? '', revisionOf(query.revision)),
});

/** Reads the trace of a correlation. */
export type TraceReader = (correlation: string) => Promise<Trace>;

/** Reads the file with the domain's code, and hands out its bytes in base64. */
export type DomainCode = Readonly<{ file: () => PackedFile | undefined; plain: (file: PackedFile) => string }>;

/** The ports of a function for operators. */
export type Operators = StageRule &
  Readonly<{
    operating: Operating & Recording;
    ordering: Ordering;
    estimate: Estimating;
    trace: TraceReader;
    /** What the manifest declares. */
    model: () => Model;
    /** What the last hour has cost. */
    cost: () => Promise<CostReport>;
    flow: () => Promise<Flow>;
    /** The domain's code for the console, where there is one. */
    domain?: DomainCode;
  }>;

/** The domain's code is business code: it is for operators, and nobody else may keep it. */
const domainCode = ({ domain }: Operators, request: HttpRequest): HttpResponse => {
  const file = domain?.file();
  if (!domain || !file) throw notFound("file of the domain's code");
  return fileAnswer(file, request, { cache: 'private, no-cache', plain: domain.plain });
};

/** Answers `/ops/...`, to operators alone. */
export const answerOperator = async (operators: Operators, request: HttpRequest): Promise<HttpResponse> => {
  const { operating, ordering, estimate, trace, model, flow } = operators;
  if (!allowedAll(['operator'], request.actor)) throw notYours();
  onlyForReal(request);
  onlyKnown(request.query, known[request.route]);
  switch (request.route) {
    case 'GET /ops/trace/{correlation}':
      return { status: 200, body: await trace(request.path.correlation ?? '') };
    case 'GET /ops/cost':
      return { status: 200, body: await operators.cost() };
    case 'GET /ops/model':
      return { status: 200, body: model() };
    case 'GET /ops/flow':
      return { status: 200, body: await flow() };
    case 'GET /ops/console/domain.js':
      return domainCode(operators, request);
    case 'GET /ops/projections':
      return { status: 200, body: await reportProjections(operating) };
    case 'POST /ops/projections/{name}/parked/{stream}/resume':
      return resume(operators, request);
    case 'GET /ops/projections/{name}/acts':
      return acts(operators, request);
    default:
      return answerRebuilds(
        { ordering, estimate, acts: operating.acts, log: operating.log, isProtected: operators.isProtected ?? false },
        request,
      );
  }
};
