import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Actor } from '../core/access.ts';
import type { Trail } from '../core/commit.ts';
import { type Problem, ProblemError, problemDocument } from '../core/problem.ts';
import { exactJson } from '../engine/exact-json.ts';
import { isTransient } from './transient.ts';

/** A request as the plain functions see it: no gateway, no token, the caller's address cut short. */
export type HttpRequest = Readonly<{
  route: string;
  path: Readonly<Record<string, string | undefined>>;
  query: Readonly<Record<string, string | undefined>>;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
  actor: Actor;
  correlation: string;
  requestId: string;
  network?: string;
}>;

export type HttpResponse = Readonly<{ status: number; body?: unknown; headers?: Readonly<Record<string, string>> }>;

type Claims = Readonly<Record<string, unknown>>;
type Event = APIGatewayProxyEventV2 & { requestContext: { authorizer?: { jwt?: { claims?: Claims } } } };

/** As part of what a request is made, as far as that is kept. */
export const trailIn = ({ correlation, headers: { traceparent } }: Pick<HttpRequest, 'correlation' | 'headers'>): Trail => ({
  correlation,
  ...(traceparent && { traceparent: traceparent.slice(0, 64) }),
});

const operators = 'operator';
const readableId = /^[\x21-\x7e]{1,128}$/;

/** The gateway flattens a list of groups into `[a b]`. */
const groupsOf = (claims: Claims): readonly string[] => String(claims['cognito:groups'] ?? '').split(/[\s,[\]"]+/);

const actorOf = (claims: Claims): Actor => ({
  id: String(claims.sub ?? ''),
  role: groupsOf(claims).includes(operators) ? 'operator' : 'customer',
});

/** A caller's address, cut to /24 or /48: enough to see where from, not who. */
const networkOf = (address: string): string | undefined => {
  const v4 = /^(\d+\.\d+\.\d+)\.\d+$/.exec(address);
  if (v4) return `${v4[1]}.0/24`;
  if (!URL.canParse(`http://[${address}]`)) return undefined;
  const [left = '', right] = address.split('::');
  const groups = left.split(':').filter(Boolean);
  const zeros = right === undefined ? [] : Array(8 - groups.length - right.split(':').filter(Boolean).length).fill('0');
  return `${[...groups, ...zeros].slice(0, 3).join(':')}::/48`;
};

const toRequest = (event: Event): HttpRequest => {
  const { requestContext } = event;
  const headers = Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const asked = headers['x-correlation-id'];
  const network = networkOf(requestContext.http?.sourceIp ?? '');
  return {
    route: event.routeKey,
    path: event.pathParameters ?? {},
    query: event.queryStringParameters ?? {},
    headers,
    body: event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString() : (event.body ?? ''),
    actor: actorOf(requestContext.authorizer?.jwt?.claims ?? {}),
    correlation: asked && readableId.test(asked) ? asked : requestContext.requestId,
    requestId: requestContext.requestId,
    ...(network && { network }),
  };
};

const problemOf = (error: unknown): Problem => {
  if (error instanceof ProblemError) return error.problem;
  if (isTransient(error))
    return {
      kind: 'unavailable',
      status: 503,
      detail: 'Something that this needs is busy or away. Send the same request again.',
      retryAfterSeconds: 1,
    };
  return {
    kind: 'internal',
    status: 500,
    detail: 'This failed on our side. Whoever runs it is shown why by: foldstream logs <correlation>',
  };
};

const answer = (
  { status, body, headers }: HttpResponse,
  type: string,
  correlation: string,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    ...(body !== undefined && { 'content-type': type }),
    'cache-control': 'no-store',
    'x-correlation-id': correlation,
    ...headers,
  },
  ...(body !== undefined && { body: exactJson(body) }),
});

type Handle = (request: HttpRequest) => Promise<HttpResponse>;

/** A Lambda handler around a plain function: logs under the request's correlation id, and problems for what went wrong. */
export const httpFunction = (logger: Logger, handle: Handle) =>
  middy()
    .use({
      // The plain function, and all that follows here, see the request: it is made of the event once.
      before: (run) => {
        const request = toRequest(run.event as Event);
        run.event = request;
        Object.assign(run.internal, { request, startedAt: Date.now() });
        logger.appendKeys({ correlation: request.correlation, requestId: request.requestId });
      },
      after: ({ response, internal }) => {
        const { request, startedAt } = internal as { request: HttpRequest; startedAt: number };
        logger.info('Answered.', { route: request.route, status: response.statusCode, milliseconds: Date.now() - startedAt });
        logger.resetKeys();
      },
      onError: (run) => {
        const { request } = run.internal as { request?: HttpRequest };
        const problem = problemOf(run.error);
        const said = { route: request?.route, status: problem.status, problem: problem.kind };
        // An alarm listens for this message: nobody but us can do something about it.
        if (problem.status === 500) logger.error('Failed.', { ...said, error: run.error as Error });
        else logger.info('Answered with a problem.', { ...said, ...(problem.status > 500 && { cause: String(run.error) }) });
        logger.resetKeys();
        const correlation = request?.correlation ?? '';
        const { retryAfterSeconds } = problem;
        const headers: Record<string, string> =
          retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
        run.response = answer(
          { status: problem.status, body: problemDocument(problem, correlation), headers },
          'application/problem+json',
          correlation,
        );
      },
    })
    .handler(async (request: HttpRequest, _context: Context) =>
      answer(await handle(request), 'application/json', request.correlation),
    );
