import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { httpFunction } from '../../lib/aws/functions/http-function.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
import { answerOperator, type Operators } from '../../lib/http/operate.ts';
import { memoryQueue } from '../../lib/testing/memory/queue.ts';
import {
  type MemoryExecutions,
  memoryActives,
  memoryExecutions,
  memoryPhases,
  memoryRebuilds,
} from '../../lib/testing/memory/rebuild.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../lib/testing/memory/system.ts';
import { cards } from '../support/examples/cards.ts';
import { memoryActs } from '../support/letters.ts';
import { poolToken } from '../support/verified-token.ts';

let operators: Operators;
let executions: MemoryExecutions;
let queue: ReturnType<typeof memoryQueue>;
let asked: unknown[];

beforeEach(async () => {
  const [clock, log, actives, phases] = [memoryClock(), memoryLog(), memoryActives(), memoryPhases()];
  executions = memoryExecutions();
  queue = memoryQueue();
  asked = [];
  const views = [1, 2].map((revision) => ({ projection: { ...cards, revision } as unknown as AnyProjection, queue }));
  const since = '2026-11-21T12:00:00.000Z';
  await actives.switch({ projection: 'cards', revision: 1, since, by: 'deployment', why: 'new' }, undefined);
  await phases.save('cards', 1, { phase: 'live', since });
  operators = {
    operating: { views: [], actives, ages: {} as never, log, acts: memoryActs(), clock },
    flow: async () => ({}) as never,
    ordering: {
      views,
      actives,
      phases,
      rebuilds: memoryRebuilds(actives),
      executions,
      clock,
      keys: memoryKeys(),
      aboutCommits: async () => 7,
    },
    estimate: async (...given) => {
      asked.push(given);
      return { commits: 7 };
    },
    trace: async () => ({}) as never,
    model: () => ({}) as never,
    cost: async () => ({}) as never,
  };
});

type Asked = Readonly<{ path?: object; body?: unknown; query?: object; groups?: readonly string[] }>;

const send = async (routeKey: string, { path = {}, body, query = {}, groups = ['operator'] }: Asked = {}) => {
  const handler = httpFunction({ manifest: {}, logger: new Logger({ logLevel: 'SILENT' }) }, (request) =>
    answerOperator(operators, request),
  );
  const token = poolToken('olga', ...groups);
  const event = {
    routeKey,
    headers: token.headers,
    pathParameters: path,
    queryStringParameters: query,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    requestContext: {
      requestId: 'request-1',
      authorizer: token.authorizer,
    },
  };
  const answer = (await handler(event as never, {} as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? 'null') };
};

const begins = 'POST /ops/rebuilds';
const rebuild = { projection: 'cards', why: 'a new colour' };

describe('an order to rebuild', () => {
  it('begins one for the newest revision, says by whom and why, and where to look', async () => {
    const begun = await send(begins, { body: { ...rebuild, settings: { segments: 4 } } });
    expect(begun).toMatchObject({
      status: 202,
      body: { projection: 'cards', revision: 2, from: 1, kind: 'rebuild', state: 'filling', by: 'olga', why: 'a new colour' },
      headers: { location: `rebuilds/${begun.body.id}` },
    });
    expect(begun.body.settings.segments).toBe(4);
    expect(executions.started).toEqual([begun.body.id]);
    const path = { id: begun.body.id };
    expect(await send('GET /ops/rebuilds/{id}', { path })).toMatchObject({
      status: 200,
      body: { state: 'filling', progress: { commits: 0, aboutCommits: 7 } },
    });
    expect((await send('GET /ops/rebuilds', { query: { projection: 'cards' } })).body.rebuilds).toMatchObject([path]);
    expect((await send('GET /ops/rebuilds', { query: { projection: 'other' } })).body).toEqual({ rebuilds: [] });
    expect(await send(begins, { body: rebuild })).toMatchObject({ status: 409, body: { rebuild: begun.body.id } });
    const cancelled = await send('POST /ops/rebuilds/{id}/cancel', { path });
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', reason: 'Cancelled by olga.' } });
    expect(executions.ended.get(begun.body.id)).toBe('failed');
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'not JSON'],
    ['no projection', { why: 'so' }, 'each field is listed'],
    ['a field that nobody knows', { ...rebuild, colour: 'red' }, 'each field is listed'],
    ['no reason', { projection: 'cards' }, 'why'],
    ['an empty reason', { projection: 'cards', why: '' }, 'each field is listed'],
    ['two things at once', { ...rebuild, stream: 'card-a', category: 'card' }, 'category: cannot be combined with stream'],
    ['a repair without an audit', { ...rebuild, repair: true }, 'repair: is only for an audit'],
    ['no segments', { ...rebuild, settings: { segments: 0 } }, 'segments: a whole number'],
    ['a setting of another type', { ...rebuild, settings: { segments: '4' } }, '"path":"/settings/segments"'],
    ['more segments than a plan can hold', { ...rebuild, settings: { segments: 501 } }, 'segments: a whole number'],
  ])('400 for %s', async (_, body, detail) => {
    const answer = await send(begins, { body });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining(detail)]);
    expect(executions.started).toEqual([]);
  });

  it('is for operators alone, as is everything about rebuilds', async () => {
    const routes = [
      begins,
      'GET /ops/rebuilds',
      'GET /ops/rebuilds/{id}',
      'POST /ops/rebuilds/{id}/cancel',
      'POST /ops/projections/{name}/roll-back',
    ];
    for (const route of routes)
      expect((await send(route, { body: rebuild, path: { name: 'cards', id: 'x' }, groups: [] })).status, route).toBe(403);
    expect((await send('GET /ops/rebuilds/{id}', { path: { id: 'x' } })).status).toBe(404);
  });

  it('only estimates when it is dry', async () => {
    const settings = { segments: 2 };
    const estimated = await send(begins, { body: { projection: 'cards', dryRun: true, settings } });
    expect(estimated).toMatchObject({ status: 200, body: { commits: 7 } });
    expect(asked).toEqual([[expect.objectContaining({ projection: 'cards' }), settings]]);
    expect(executions.started).toEqual([]);
  });

  it('refolds one stream by its own function and a category by a replay, and checks by an audit', async () => {
    const one = await send(begins, { body: { ...rebuild, stream: 'card-a' } });
    expect([one.status, one.body]).toEqual([202, { projection: 'cards', revision: 1, stream: 'card-a' }]);
    expect(queue.sent).toMatchObject([{ refold: { stream: 'card-a', correlation: 'request-1' } }]);
    const category = await send(begins, { body: { ...rebuild, category: 'card' } });
    expect(category.body).toMatchObject({ kind: 'replay', revision: 1, category: 'card' });
    await send('POST /ops/rebuilds/{id}/cancel', { path: { id: category.body.id } });
    const audit = await send(begins, { body: { ...rebuild, audit: true, repair: true } });
    expect(audit.body).toMatchObject({ kind: 'audit', revision: 1, repair: true });
  });
});

describe('a roll back', () => {
  const moments = (at: string) => ({ since: at, startedAt: at, endedAt: at });
  const route = 'POST /ops/projections/{name}/roll-back';
  const path = { name: 'cards' };

  it('lets the revision before answer again, and forward again', async () => {
    const { actives, phases } = operators.ordering;
    const since = '2026-11-21T12:00:00.000Z';
    expect((await send(route, { path, body: { why: 'worse' } })).status).toBe(409);
    await phases.save('cards', 2, { phase: 'live', since });
    await actives.switch({ projection: 'cards', revision: 2, previous: 1, since, by: 'olga', why: 'rebuilt' }, 1);
    expect((await send(route, { path, body: {} })).status).toBe(400);
    expect(await send(route, { path, body: { why: 'worse' } })).toMatchObject({
      status: 200,
      body: { revision: 1, previous: 2, by: 'olga', why: 'worse' },
    });
    expect((await send(route, { path, body: { why: 'no, better' } })).body).toMatchObject({ revision: 2, previous: 1 });
    for (let times = 0; times < 2; times++)
      expect((await send(route, { path, body: { why: 'worse', revision: 1 } })).body).toMatchObject({ revision: 1, previous: 2 });
  });

  it('is in the history, with who and why and from where to where', async () => {
    const { actives, phases } = operators.ordering;
    const since = '2026-11-21T12:00:00.000Z';
    await phases.save('cards', 2, { phase: 'live', since });
    await actives.switch({ projection: 'cards', revision: 2, previous: 1, since, by: 'olga', why: 'rebuilt' }, 1);
    await send(route, { path, body: { why: 'worse' } });
    const { rebuilds } = (await send('GET /ops/rebuilds', { query: { projection: 'cards' } })).body;
    const told = { kind: 'roll-back', projection: 'cards', revision: 1, from: 2, state: 'switched', by: 'olga', why: 'worse' };
    expect(rebuilds).toEqual([{ ...told, id: expect.any(String), ...moments(rebuilds[0].since) }]);
    const shown = await send('GET /ops/rebuilds/{id}', { path: { id: rebuilds[0].id } });
    expect(shown).toMatchObject({ status: 200, body: rebuilds[0] });
    expect((await send('POST /ops/rebuilds/{id}/cancel', { path: { id: rebuilds[0].id } })).status).toBe(404);
  });
});
