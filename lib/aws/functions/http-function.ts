import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Manifest } from '../../core/manifest.ts';
import { type Problem, ProblemError } from '../../core/problem.ts';
import { exactJson } from '../../engine/exact-json.ts';
import { securityHeaders } from '../../engine/headers.ts';
import { lambda } from '../../engine/limits.ts';
import { invalid } from '../../engine/problems.ts';
import { sizeInAnswer } from '../../engine/query/answer-size.ts';
import type { Host } from '../../http/batch-entry.ts';
import { tooLarge as bodyTooLarge } from '../../http/body.ts';
import { actorIn, type Callers, type Claims, callersOf } from '../../http/caller.ts';
import { type CallerLimit, callerLimit } from '../../http/caller-limit.ts';
import { problemResponse } from '../../http/problem.ts';
import type { HttpRequest, HttpResponse } from '../../http/request.ts';
import { bodyLimits, callerRate, deployedIssuer } from '../environment.ts';
import { systemClock } from '../system.ts';
import { isTransient } from '../transient.ts';

type Event = APIGatewayProxyEventV2 & { requestContext: { authorizer?: { jwt?: { claims?: Claims } } } };

const readableId = /^[\x21-\x7e]{1,128}$/;

/** Refuses text that UTF-8 cannot express: no table could store it, and no caller would get it back. */
const wellFormed = (record: Readonly<Record<string, string | undefined>>, naming: (name: string) => string) => {
  for (const [name, value = ''] of Object.entries(record))
    if (!name.isWellFormed() || !value.isWellFormed())
      throw invalid(naming(name.toWellFormed()), 'must be well-formed Unicode text');
  return record;
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const bodyOf = ({ body, isBase64Encoded }: Event): string => {
  if (!body || !isBase64Encoded) return body ?? '';
  try {
    return utf8.decode(Buffer.from(body, 'base64'));
  } catch {
    throw new ProblemError({ kind: 'not-json', detail: 'The body is not UTF-8: send JSON in UTF-8.' });
  }
};

/** The caller's network, a /24 or /48: enough to see the origin, not the person. */
const networkOf = (address: string): string | undefined => {
  const v4 = /^(\d+\.\d+\.\d+)\.\d+$/.exec(address);
  if (v4) return `${v4[1]}.0/24`;
  if (!URL.canParse(`http://[${address}]`)) return undefined;
  const [left = '', right] = address.split('::');
  const groups = left.split(':').filter(Boolean);
  const zeros = right === undefined ? [] : Array(8 - groups.length - right.split(':').filter(Boolean).length).fill('0');
  return `${[...groups, ...zeros].slice(0, 3).join(':')}::/48`;
};

const networkIn = ({ requestContext }: Event): string | undefined => networkOf(requestContext.http?.sourceIp ?? '');

type Named = Pick<HttpRequest, 'route' | 'correlation' | 'requestId' | 'headers'>;

/** The known fields of any request, valid or not, for its answer and its log lines. */
const named = ({ routeKey, headers, requestContext: { requestId } }: Event): Named => {
  const lowered = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const asked = lowered['x-correlation-id'];
  return { route: routeKey, headers: lowered, requestId, correlation: asked && readableId.test(asked) ? asked : requestId };
};

const toRequest = (callers: Callers, event: Event): HttpRequest => {
  const { requestContext, pathParameters, queryStringParameters } = event;
  const { headers, ...names } = named(event);
  const network = networkIn(event);
  return {
    ...names,
    headers: wellFormed(headers, (name) => name),
    path: wellFormed(pathParameters ?? {}, (name) => `{${name}}`),
    query: wellFormed(queryStringParameters ?? {}, (name) => name),
    body: bodyOf(event),
    actor: actorIn(callers, requestContext.authorizer?.jwt?.claims, headers.authorization),
    ...(network && { network }),
  };
};

const problemErrorOf = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error;
  if (isTransient(error))
    return new ProblemError({
      kind: 'unavailable',
      detail: 'Something that this needs is busy or away. Send the same request again.',
    });
  return new ProblemError({
    kind: 'internal',
    detail: 'This failed on our side. An operator finds the cause by: foldstream logs <correlation>',
  });
};

/** The problem that an error is answered with. Writes the log line of it. */
const told = (logger: Logger, route: string | undefined, error: unknown): Problem => {
  const { problem } = problemErrorOf(error);
  const said = { route, status: problem.status, problem: problem.kind };
  // An alarm listens for this message: the caller cannot fix it.
  if (problem.status === 500) logger.error('Failed.', { ...said, error: error as Error });
  else logger.info('Answered with a problem.', { ...said, ...(problem.status > 500 && { cause: String(error) }) });
  return problem;
};

/** A larger answer would fail without a message. The rest is room for what Lambda writes around the body. */
const largestAnswer = lambda.answerBytes - 100_000;

const tooLarge = (): ProblemError =>
  new ProblemError({
    kind: 'answer-too-large',
    detail: 'The answer would have more bytes than an answer may have. Ask for less: use a smaller limit, or a filter.',
  });

const answer = (
  { status, body, text, bytes, headers }: HttpResponse,
  type: string,
  correlation: string,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    ...(body !== undefined && { 'content-type': type }),
    ...(text && { 'content-type': text.type }),
    ...(bytes && { 'content-type': bytes.type }),
    'cache-control': 'no-store',
    ...securityHeaders,
    'x-correlation-id': correlation,
    ...headers,
  },
  ...(body !== undefined && { body: exactJson(body) }),
  ...(text && { body: text.content }),
  ...(bytes && { body: bytes.base64, isBase64Encoded: true }),
});

type Handle = (request: HttpRequest, host: Host) => Promise<HttpResponse>;

/** The burst of a caller, in seconds of the rate. */
const burstSeconds = 4;

/** The deployment's limit for each caller, counted by each instance for itself. */
const deployedLimit = (): CallerLimit => {
  const perSecond = callerRate();
  return perSecond === undefined ? () => undefined : callerLimit(systemClock, { perSecond, atOnce: burstSeconds * perSecond });
};

/** Callers without a token are told apart by their network only. */
const callerOf = ({ actor, network }: HttpRequest): string =>
  actor.kind === 'anyone' ? `network/${network}` : `actor/${actor.id}`;

const withinLimit = (limit: CallerLimit, request: HttpRequest): void => {
  const retryAfterSeconds = limit(callerOf(request));
  if (retryAfterSeconds === undefined) return;
  throw new ProblemError({
    kind: 'too-many-requests',
    detail: `You have sent more requests than one caller may. Wait for ${retryAfterSeconds} s, then send this one again.`,
    retryAfterSeconds,
  });
};

/** The manifest of a function, which declares the callers' roles, and its log. */
type Of = Readonly<{ manifest: Pick<Manifest, 'roles' | 'processes' | 'hooks'>; logger: Logger }>;

/** Makes a Lambda handler of a plain function: logs under the request's correlation id, and answers errors as problems. */
export const httpFunction = ({ manifest, logger }: Of, handle: Handle, limit: CallerLimit = deployedLimit()) => {
  const bodies = bodyLimits();
  const callers = callersOf(manifest, deployedIssuer());
  return middy()
    .use({
      // The plain function, and all that follows here, see the request: it is made of the event once.
      before: (run) => {
        const { correlation, requestId, route } = named(run.event as Event);
        Object.assign(run.internal, { request: { correlation, route }, startedAt: Date.now() });
        // Where a request came from is told by the log alone, which ends: a commit would keep it for ever.
        const network = networkIn(run.event as Event);
        logger.appendKeys({ correlation, requestId, ...(network && { network }) });
        run.event = toRequest(callers, run.event as Event);
      },
      after: ({ response, internal }) => {
        const { request, startedAt } = internal as { request: Pick<Named, 'route' | 'correlation'>; startedAt: number };
        logger.info('Answered.', { route: request.route, status: response.statusCode, milliseconds: Date.now() - startedAt });
        logger.resetKeys();
      },
      onError: (run) => {
        const { request } = run.internal as { request?: Pick<Named, 'route' | 'correlation'> };
        const problem = told(logger, request?.route, run.error);
        logger.resetKeys();
        const correlation = request?.correlation ?? '';
        const response = problemResponse(problem, correlation);
        run.response = answer(response, 'application/problem+json', correlation);
      },
    })
    .handler(async (request: HttpRequest, _context: Context) => {
      withinLimit(limit, request);
      const most = bodies[request.route];
      if (most !== undefined && Buffer.byteLength(request.body) > most) throw bodyTooLarge(most);
      const host: Host = {
        count: () => withinLimit(limit, request),
        problemIn: (error) => told(logger, request.route, error),
      };
      const response = answer(await handle(request, host), 'application/json', request.correlation);
      if (response.body !== undefined && sizeInAnswer(response.body) > largestAnswer) throw tooLarge();
      return response;
    });
};
