import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { httpFunction } from '../../../lib/aws/functions/http-function.ts';
import { anybody } from '../../../lib/core/access.ts';
import { callerLimit } from '../../../lib/http/caller-limit.ts';
import type { HttpRequest, HttpResponse } from '../../../lib/http/request.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';
import { poolToken, verifiedToken } from '../../support/verified-token.ts';

const ask = async (over: object, answer: (request: HttpRequest) => HttpResponse = () => ({ status: 200, body: {} })) => {
  const seen: HttpRequest[] = [];
  const handler = httpFunction({ manifest: {}, logger: new Logger({ logLevel: 'SILENT' }) }, async (request) => {
    seen.push(request);
    return answer(request);
  });
  const event = {
    routeKey: 'GET /things/{id}',
    requestContext: { requestId: 'request-1' },
    ...over,
  };
  const {
    statusCode,
    body = '{}',
    headers,
  } = (await handler(event as never, {} as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: statusCode, headers, body: JSON.parse(body), request: seen[0] };
};
const withClaims = (claims: Readonly<Record<string, unknown>>) => {
  const { headers, authorizer } = verifiedToken(claims);
  return { headers, requestContext: { requestId: 'r', authorizer } };
};

it('logs the network of the caller, cut, and never the address', async () => {
  const keys = vi.spyOn(Logger.prototype, 'appendKeys');
  for (const sourceIp of ['203.0.113.77', '2001:db8:1:2:3:4:5:6', 'no address'])
    await ask({ requestContext: { requestId: 'request-1', http: { sourceIp } } });
  const logged = keys.mock.calls.map(([given]) => given);
  keys.mockRestore();
  const trail = { correlation: 'request-1', requestId: 'request-1' };
  expect(logged).toEqual([{ ...trail, network: '203.0.113.0/24' }, { ...trail, network: '2001:db8:1::/48' }, trail]);
});

it('refuses a body over the limit of its route with 413, before anything is done', async () => {
  vi.stubEnv('BODY_LIMITS', JSON.stringify({ 'GET /things/{id}': 8 }));
  const [small, large] = [await ask({ body: '"123456"' }), await ask({ body: '"1234567"' })];
  const other = await ask({ routeKey: 'GET /others', body: '"1234567"' });
  vi.unstubAllEnvs();
  expect([small.status, large.status, other.status]).toEqual([200, 413, 200]);
  expect(large.body).toMatchObject({
    type: 'urn:foldstream:problem:body-too-large',
    detail: expect.stringContaining('over 8 bytes'),
  });
  expect(large.request).toBeUndefined();
});

describe('every answer', () => {
  const safe = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=63072000',
  };

  it('has the headers that make browsers handle it safely: a result, a problem, and a failure', async () => {
    const answers = [
      await ask({}),
      await ask({ pathParameters: { id: '\ud800' } }),
      await ask({}, () => {
        throw new Error('broken');
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 500]);
    for (const { headers } of answers) expect(headers).toMatchObject(safe);
  });

  it('may say otherwise for itself', async () => {
    const own = { 'cache-control': 'private, max-age=5', 'content-security-policy': "default-src 'self'" };
    expect((await ask({}, () => ({ status: 200, body: {}, headers: own }))).headers).toMatchObject({ ...safe, ...own });
  });
});

describe('text that no UTF-8 can express is refused with where it was', () => {
  it.each([
    ['{id}', { pathParameters: { id: 'a\ud800' } }],
    ['limit', { queryStringParameters: { limit: '\udc00' } }],
    ['a\ufffd', { queryStringParameters: { 'a\ud800': '1' } }],
    ['traceparent', { headers: { TraceParent: '\ud800' } }],
    ['x-\ufffd', { headers: { 'X-\ud800': '1' } }],
  ])('in %s', async (path, over) => {
    const { status, body, request } = await ask(over);
    expect({ status, body, request }).toMatchObject({
      status: 400,
      body: { correlation: 'request-1', errors: [{ path }] },
      request: undefined,
    });
  });

  it('in a body that came as bytes', async () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]).toString('base64');
    expect(await ask({ body, isBase64Encoded: true })).toMatchObject({
      status: 400,
      body: { type: 'urn:foldstream:problem:not-json' },
    });
    const whole = { body: Buffer.from('{"ä":1}').toString('base64'), isBase64Encoded: true };
    expect((await ask(whole)).request?.body).toBe('{"ä":1}');
  });
});

it('a request without parameters and without a body is taken as such, whether a gateway leaves them out or has null there', async () => {
  const nulls = { pathParameters: null, queryStringParameters: null, headers: null, body: null, isBase64Encoded: true };
  for (const over of [nulls, {}]) expect((await ask(over)).request).toMatchObject({ path: {}, query: {}, headers: {}, body: '' });
});

describe('the caller', () => {
  it.each([
    ['an id token', { sub: 'ada', token_use: 'id' }],
    ['a token of another kind', { sub: 'ada' }],
    ['a token of nobody', { token_use: 'access' }],
  ])('401 for %s', async (_, claims) => {
    const { status, body, request } = await ask(withClaims(claims));
    expect([status, body.type, request]).toEqual([401, 'urn:foldstream:problem:unauthorized', undefined]);
  });

  it('is anonymous on a route without a token, whatever token is sent', async () => {
    const { request } = await ask({ headers: verifiedToken({ sub: 'ada', token_use: 'access' }).headers });
    expect(request?.actor).toEqual(anybody);
  });
});

describe('an answer', () => {
  it('that Lambda would not take is a problem that says what to do', async () => {
    // Each character is seven bytes of the function's answer.
    const answer = await ask({}, () => ({ status: 200, body: { text: '\u0001'.repeat(900_000) } }));
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:foldstream:problem:answer-too-large' } });
    expect((await ask({}, () => ({ status: 200, body: { text: 'x'.repeat(900_000) } }))).status).toBe(200);
  });
});

describe('a caller who sends too many requests', () => {
  it('gets 429 and when to come again, by the token or without one by the network; others do not', async () => {
    const [clock, seen] = [memoryClock(), [] as string[]];
    const limit = callerLimit(clock, { perSecond: 1, atOnce: 1 });
    const handler = httpFunction(
      { manifest: {}, logger: new Logger({ logLevel: 'SILENT' }) },
      async ({ actor }) => ({ status: 200, body: seen.push(actor.id) }),
      (caller) => limit(caller),
    );
    const send = async (over: { sub?: string; sourceIp: string }) => {
      const token = over.sub === undefined ? undefined : poolToken(over.sub);
      const requestContext = { requestId: 'r', http: { sourceIp: over.sourceIp }, authorizer: token?.authorizer };
      const event = { routeKey: 'GET /x', headers: token?.headers, requestContext };
      const { statusCode, headers } = (await handler(event as never, {} as Context)) as APIGatewayProxyStructuredResultV2;
      return [statusCode, headers?.['retry-after']];
    };
    const ada = { sub: 'ada', sourceIp: '203.0.113.7' };
    expect([await send(ada), await send({ ...ada, sourceIp: '198.51.100.1' })]).toEqual([
      [200, undefined],
      [429, '1'],
    ]);
    expect(await send({ ...ada, sub: 'bob' })).toEqual([200, undefined]);
    const stranger = { sourceIp: '203.0.113.7' };
    expect([await send(stranger), await send({ sourceIp: '203.0.113.8' }), await send({ sourceIp: '203.0.114.8' })]).toEqual([
      [200, undefined],
      [429, '1'],
      [200, undefined],
    ]);
    expect(seen).toEqual(['ada', 'bob', 'anyone', 'anyone']);
  });

  it('is limited as the deployment says', async () => {
    vi.stubEnv('CALLER_RATE', '1');
    const handler = httpFunction({ manifest: {}, logger: new Logger({ logLevel: 'SILENT' }) }, async () => ({ status: 200 }));
    vi.unstubAllEnvs();
    const { headers, authorizer } = poolToken('ada');
    const event = () => ({ routeKey: 'GET /x', headers, requestContext: { requestId: 'r', authorizer } });
    const statuses = [];
    for (let i = 0; i < 5; i++)
      statuses.push(((await handler(event() as never, {} as Context)) as APIGatewayProxyStructuredResultV2).statusCode);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
  });
});
