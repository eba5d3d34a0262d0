import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { httpFunction } from '../../../lib/aws/functions/http-function.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { keptFor } from '../../../lib/engine/kept-for.ts';
import { answerCache } from '../../../lib/engine/query/answer-cache.ts';
import { consistencyToken } from '../../../lib/engine/query/consistency.ts';
import type { NewestRebuild } from '../../../lib/engine/rebuild/operator/report.ts';
import { placed } from '../../../lib/engine/view/lists.ts';
import type { Active } from '../../../lib/engine/view/ports.ts';
import { type Answering, answerQuery } from '../../../lib/http/query.ts';
import { memoryClock, memoryKeys } from '../../../lib/testing/memory/system.ts';
import { cards, deal, type Face, faceOf, stacks } from '../../support/examples/cards.ts';
import { type LaggingView, laggingView } from '../../support/examples/lagging.ts';
import { poolToken } from '../../support/verified-token.ts';

const keys = memoryKeys();
let view: LaggingView;
let clock: ReturnType<typeof memoryClock>;
let answering: Answering;
beforeEach(async () => {
  view = laggingView();
  clock = memoryClock();
  const projections = [cards, { ...cards, name: 'fresh', freshSeconds: 5 }, stacks] as unknown as AnyProjection[];
  const views = new Map(
    projections.map((projection) => [
      projection.name,
      {
        deployed: [{ projection, reader: view, clock }],
        active: async () => activeOf(projection.name, 1),
        built: async () => undefined,
        tableOf: async () => undefined,
      },
    ]),
  );
  answering = { views, keys, answers: answerCache(clock) };
});

const activeOf = (projection: string, revision: number): Active => ({
  projection,
  revision,
  since: '2026-11-21T12:00:00.000Z',
  by: 'o',
  why: 'a test',
});

type Asked = Readonly<{
  id?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  sub?: string;
  groups?: readonly string[];
}>;

const get = async (name: string, { id, query = {}, headers = {}, sub = 'ada', groups = [] }: Asked = {}) => {
  const handler = httpFunction({ manifest: {}, logger: new Logger({ logLevel: 'SILENT' }) }, (request) =>
    answerQuery(answering, request),
  );
  const token = poolToken(sub, ...groups);
  const event = {
    routeKey: `GET /views/{view}${id === undefined ? '' : '/{id}'}`,
    pathParameters: { view: name, ...(id !== undefined && { id }) },
    queryStringParameters: query,
    headers: { ...token.headers, ...headers },
    requestContext: {
      requestId: 'request-1',
      http: { sourceIp: '203.0.113.77' },
      authorizer: token.authorizer,
    },
  };
  const answer = (await handler(event as never, {} as Context)) as APIGatewayProxyStructuredResultV2;
  const body = answer.body === undefined ? undefined : JSON.parse(answer.body);
  return { status: answer.statusCode, headers: answer.headers ?? {}, body };
};
const write = async (over: Partial<Face> | undefined = {}, id = 'a') => {
  const { stream, commit } = await deal(view, cards as never, id, over && faceOf(over));
  await view.catchUp();
  return consistencyToken(keys, 'ada', { stream, commit, types: ['Dealt'] });
};

describe('parameters', () => {
  it.each<[string, Asked, string]>([
    [
      'an unknown one of a list',
      { query: { colour: 'red' } },
      'colour: is not a parameter of this route; it takes limit, cursor, order, owner, list, by, filter.colour',
    ],
    ['an unknown filter', { query: { 'filter.rank': '5' } }, 'filter.rank: is not a parameter of this route'],
    [
      'a list of one row',
      { id: 'a', query: { list: 'ranked' } },
      'list: is not a parameter of this route; it takes limit, cursor, order, filter.colour',
    ],
    ['an unknown list', { query: { list: 'nope' } }, 'list: one of by-status'],
    ['nobody', { query: { owner: '' }, groups: ['operator'] }, 'owner: an id'],
    ['a malformed token', { id: 'a', headers: { 'consistent-with': 'x' } }, 'Consistent-With: takes the Consistency-Token'],
    ['an empty token', { headers: { 'consistent-with': '' } }, 'Consistent-With: takes the Consistency-Token'],
    ['a cursor that no index takes', { query: { list: 'by-status', by: 'open', cursor: cursorOf('é'.repeat(600)) } }, 'cursor'],
    ['a cursor of nothing', { query: { list: 'by-status', by: 'open', cursor: cursorOf('') } }, 'cursor'],
  ])('400 for %s', async (_, asked, detail) => {
    await write();
    const answer = await get('cards', asked);
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(detail) } });
  });

  it('name a list, its value, and filters', async () => {
    await write();
    await write({ colour: 'blue', rank: '9' }, 'b');
    const open = { list: 'by-status', by: 'open', order: 'newest-first' };
    expect((await get('cards', { query: open })).body.items).toMatchObject([{ id: 'b' }, { id: 'a' }]);
    expect((await get('cards', { query: { ...open, 'filter.colour': 'red' } })).body.items).toMatchObject([{ id: 'a' }]);
  });
});

describe('a forged page token', () => {
  const made = (scope: string, place: unknown) => Buffer.from(JSON.stringify([scope, place])).toString('base64url');
  const heads = { asked: { groups: ['operator'] }, scope: 'cards.r1/all/oldest-first' };
  const own = { asked: {}, scope: 'cards.r1/owner/ada/oldest-first' };
  const rows = { asked: { id: 'a' }, scope: 'stacks.r1/rows/a/oldest-first' };
  it.each([
    ['nothing in it', heads, {}],
    ['an empty place', heads, { key: '', sort: 'head' }],
    ['half a place', own, { key: 'a' }],
    ['a place of another kind', own, { key: 'a', sort: 'row#1' }],
    ['a place outside of the rows', rows, { key: 'a', sort: 'head' }],
    ['more than a place', rows, { key: 'a', sort: 'row#1', owner: 'bob' }],
    ['a number', rows, { key: 'a', sort: 1 }],
    ['text that is none', rows, { key: 'a', sort: 'row#\ud800' }],
    ['more than an index takes', rows, { key: 'a', sort: `row#${'x'.repeat(1_100)}` }],
  ])('is refused: %s', async (_, { asked, scope }, place) => {
    await write();
    await deal(view, stacks as never, 'a', faceOf());
    await view.catchUp();
    const answer = await get(scope.split('.')[0]!, { ...asked, query: { cursor: made(scope, place) } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'cursor' }] } });
  });
});

describe('a page', () => {
  it('ends before it has more bytes than an answer may have, and the walk goes on from there', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
    for (const id of ids) {
      const row = { ...faceOf({ rank: id }), note: '"'.repeat(200_000) };
      await view.putHead(
        placed(cards as never, { key: id, sort: 'head', stream: `card-${id}`, commit: 1, owner: 'ada', row }),
        undefined,
      );
    }
    await view.catchUp();
    const open = { list: 'by-status', by: 'open', limit: '100' };
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const { status, body } = await get('cards', { query: { ...open, ...(cursor && { cursor }) } });
      expect([status, JSON.stringify(JSON.stringify(body)).length < 6_000_000]).toEqual([200, true]);
      found.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.cursor;
    } while (cursor);
    expect(found).toEqual(ids);
  });
});

function cursorOf(at: string) {
  return Buffer.from(JSON.stringify(['cards.r1/list/by-status/["ada","open"]/oldest-first', { at }])).toString('base64url');
}

describe('a tag', () => {
  const asked: [string, string, Asked][] = [
    ['one row', 'cards', { id: 'a' }],
    ['a list', 'cards', {}],
    ['a declared list', 'cards', { query: { list: 'by-status', by: 'open' } }],
    ['the rows of a stream', 'stacks', { id: 's' }],
  ];

  it.each(asked)('spares its caller the body of %s as long as nothing changed', async (_, name, request) => {
    await write();
    await deal(view, stacks as never, 's', faceOf());
    await view.catchUp();
    const { etag } = (await get(name, request)).headers as { etag: string };
    expect(etag).toMatch(/^"r1-[\w.]+"$/);
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await get(name, { ...request, headers: { 'if-none-match': header } });
      expect(again).toMatchObject({ status: 304, body: undefined, headers: { etag } });
      expect(again.headers).not.toHaveProperty('content-type');
    }
    for (const header of ['"x"', etag.replace('r1', 'r2'), ''])
      expect((await get(name, { ...request, headers: { 'if-none-match': header } })).status).toBe(200);
    await write({ colour: 'new' });
    await deal(view, stacks as never, 's', faceOf({ rank: '6' }));
    await view.catchUp();
    const changed = await get(name, { ...request, headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(etag);
  });

  it('is of no use for what is not there, or not theirs', async () => {
    await write();
    expect((await get('cards', { id: 'b', headers: { 'if-none-match': '*' } })).status).toBe(404);
    expect((await get('cards', { id: 'a', sub: 'bob', headers: { 'if-none-match': '"r1-1.1"' } })).status).toBe(403);
  });
});

describe('a view that declares how long an answer is fresh', () => {
  const colour = async (asked: Asked = {}) => (await get('fresh', { id: 'a', ...asked })).body.colour;

  it('gives it again for so long, tells for how much longer, and no longer', async () => {
    await write();
    expect((await get('fresh', { id: 'a' })).headers).toMatchObject({
      'cache-control': 'private, max-age=5',
      vary: 'authorization, consistent-with, origin',
    });
    await write({ colour: 'new' });
    clock.advance(2_500);
    const kept = await get('fresh', { id: 'a' });
    expect(kept).toMatchObject({ body: { colour: 'red' }, headers: { etag: '"r1-1.1"', 'cache-control': 'private, max-age=2' } });
    expect((await get('fresh', { id: 'a', headers: { 'if-none-match': '"r1-1.1"' } })).status).toBe(304);
    clock.advance(2_500);
    expect(await colour()).toBe('new');
  });

  it('never gives it to a reader with a token, nor anything older to anybody after that', async () => {
    await write();
    await colour();
    const token = await write({ colour: 'new' });
    expect(await colour()).toBe('red');
    const consistent = await get('fresh', { id: 'a', headers: { 'consistent-with': token } });
    expect(consistent).toMatchObject({ body: { colour: 'new' }, headers: { 'cache-control': 'no-store' } });
    expect(await colour()).toBe('new');
  });

  it("never gives one's answer to another, nor one question's answer to another question", async () => {
    await write();
    await write({ rank: '1' }, 'b');
    await write({ owner: 'bob', rank: '2' }, 'c');
    const items = async (asked: Asked) => (await get('fresh', asked)).body.items?.map(({ id }: { id: string }) => id);
    for (const again of [1, 2]) {
      expect(await items({}), `time ${again}`).toEqual(['a', 'b']);
      expect(await items({ sub: 'bob' })).toEqual(['c']);
      expect((await items({ groups: ['operator'] })).toSorted()).toEqual(['a', 'b', 'c']);
      expect(await items({ query: { order: 'newest-first' } })).toEqual(['b', 'a']);
      expect(await items({ query: { limit: '1' } })).toEqual(['a']);
      expect(await items({ query: { 'filter.colour': 'blue' } })).toEqual([]);
      expect((await get('fresh', { id: 'b' })).body.id).toBe('b');
      expect((await get('fresh', { id: 'b', sub: 'bob' })).status).toBe(403);
    }
  });

  it('keeps no problem', async () => {
    expect((await get('fresh', { id: 'a' })).status).toBe(404);
    await write();
    expect((await get('fresh', { id: 'a' })).status).toBe(200);
  });

  it('is no other view', async () => {
    await write();
    expect((await get('cards', { id: 'a' })).headers).toMatchObject({ 'cache-control': 'no-store' });
    await write({ colour: 'new' });
    expect((await get('cards', { id: 'a' })).body.colour).toBe('new');
  });
});

describe('a view of which two revisions are deployed', () => {
  let newer: LaggingView;
  let active: number | undefined;
  let built: NewestRebuild | undefined;
  let asked: number;
  let tables: Readonly<Record<string, string>> = {};
  const two = (over: Partial<AnyProjection> = {}, keep = 0) => {
    newer = laggingView();
    [active, built, asked] = [1, undefined, 0];
    const revision = (number: number) => ({ ...cards, ...over, revision: number }) as unknown as AnyProjection;
    const load = async () => {
      asked += 1;
      return active === undefined ? undefined : activeOf('cards', active);
    };
    const deployed = [
      { projection: revision(2), reader: newer, clock },
      { projection: revision(1), reader: view, clock },
    ];
    const revisions = {
      deployed,
      active: keptFor(clock, load, keep),
      built: async () => built,
      tableOf: async (name: string) => tables[name],
    };
    answering = { ...answering, views: new Map([['cards', revisions]]) };
  };
  const writeBoth = async (id: string) => {
    await write({ colour: 'red' }, id);
    await deal(newer, cards as never, id, faceOf({ colour: 'blue' }));
    await newer.catchUp();
  };

  it('answers from the one that is active, and tags with it', async () => {
    two();
    await writeBoth('a');
    expect(await get('cards', { id: 'a' })).toMatchObject({ body: { colour: 'red' }, headers: { etag: '"r1-1.1"' } });
    active = 2;
    const switched = await get('cards', { id: 'a', headers: { 'if-none-match': '"r1-1.1"' } });
    expect(switched).toMatchObject({ status: 200, body: { colour: 'blue' }, headers: { etag: '"r2-1.1"' } });
    active = 1;
    expect((await get('cards', { id: 'a' })).body.colour).toBe('red');
  });

  it('takes no ETag and no cursor from before the view was removed and brought back under the same names', async () => {
    two();
    for (const id of ['a', 'b']) await writeBoth(id);
    tables = { 'cards.r1': '0a1b2c3d-4e5f-4a0b-8c1d-000000000001' };
    const { etag = '' } = (await get('cards', { id: 'a' })).headers as Record<string, string>;
    const again = () => get('cards', { id: 'a', headers: { 'if-none-match': etag } });
    const { cursor } = (await get('cards', { query: { limit: '1' } })).body;
    const walk = () => get('cards', { query: { limit: '1', cursor: String(cursor) } });
    expect([(await again()).status, (await walk()).status]).toEqual([304, 200]);
    tables = { 'cards.r1': '1a1b2c3d-4e5f-4a0b-8c1d-000000000001' };
    expect((await again()).status).toBe(200);
    expect(await walk()).toMatchObject({ status: 410, body: { type: 'urn:foldstream:problem:revision-gone' } });
    tables = {};
  });

  it('goes on with a walk on the revision that it began on, and begins the next one on the other', async () => {
    two();
    for (const id of ['a', 'b', 'c']) await writeBoth(id);
    const page = async (cursor?: string) =>
      (await get('cards', { query: { limit: '1', ...(cursor !== undefined && { cursor }) } })).body;
    const first = await page();
    active = 2;
    const second = await page(first.cursor);
    const third = await page(second.cursor);
    expect([first, second, third].flatMap(({ items }) => items)).toMatchObject(
      ['a', 'b', 'c'].map((id) => ({ id, colour: 'red' })),
    );
    expect((await page()).items).toMatchObject([{ id: 'a', colour: 'blue' }]);
  });

  it('tells a reader of a list to start again when its revision is gone', async () => {
    two();
    for (const id of ['a', 'b']) await writeBoth(id);
    const { cursor } = (await get('cards', { query: { limit: '1' } })).body;
    active = 2;
    const revisions = answering.views.get('cards')!;
    answering = {
      ...answering,
      views: new Map([['cards', { ...revisions, deployed: revisions.deployed.slice(0, 1) }]]),
    };
    expect(await get('cards', { query: { cursor } })).toMatchObject({
      status: 410,
      body: { type: 'urn:foldstream:problem:revision-gone', detail: expect.stringContaining('start again') },
    });
    expect((await get('cards', {})).status).toBe(200);
  });

  it('keeps no answer of one revision for the other', async () => {
    two({ freshSeconds: 60 });
    await writeBoth('a');
    expect((await get('cards', { id: 'a' })).body.colour).toBe('red');
    active = 2;
    expect((await get('cards', { id: 'a' })).body.colour).toBe('blue');
  });

  it('answers 503 with the progress of its rebuild until one is active', async () => {
    two();
    await writeBoth('a');
    active = undefined;
    expect(await get('cards', { id: 'a' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '60' },
      body: { type: 'urn:foldstream:problem:view-is-being-built', detail: expect.stringContaining('an operator rebuilds it') },
    });
    built = { rebuild: 'b-0', state: 'failed', commits: 10, aboutCommits: 20 };
    expect(await get('cards')).toMatchObject({ headers: { 'retry-after': '60' }, body: { state: 'failed' } });
    built = { rebuild: 'b-1', state: 'filling', commits: 400, aboutCommits: 20_000 };
    expect(await get('cards')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: { ...built, view: 'cards', detail: expect.stringContaining('400 of about 20000 commits are read') },
    });
  });

  it('asks which one is active once in a while, and at once after a failure', async () => {
    two({}, 3_000);
    await writeBoth('a');
    for (let i = 0; i < 5; i++) expect((await get('cards', { id: 'a' })).body.colour).toBe('red');
    expect(asked).toBe(1);
    active = 2;
    clock.advance(3_000);
    expect((await get('cards', { id: 'a' })).body.colour).toBe('blue');
    // A clock that is set back makes it ask again rather than last.
    clock.advance(-60_000);
    await get('cards', { id: 'a' });
    expect(asked).toBe(3);
    let away = true;
    const load = keptFor(clock, async () => (away ? Promise.reject(new Error('away')) : 'here'), 3_000);
    await expect(load('x')).rejects.toThrow('away');
    away = false;
    expect(await load('x')).toBe('here');
  });
});

it('answers 503 with Retry-After where a view cannot be brought to a commit', async () => {
  await write();
  const token = await consistencyToken(keys, 'ada', { stream: 'card-a', commit: 2, types: ['Dealt'] });
  const late = await get('cards', { id: 'a', headers: { 'consistent-with': token } });
  expect(late).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
    body: { type: 'urn:foldstream:problem:not-consistent-yet' },
  });
  await deal(view, cards as never, 'a', faceOf({ until: 'never' }));
  const parked = await get('cards', { headers: { 'consistent-with': token } });
  expect(parked).toMatchObject({
    status: 503,
    headers: { 'retry-after': '60' },
    body: { type: 'urn:foldstream:problem:stream-parked', parkedAt: 2 },
  });
  expect(JSON.stringify(parked.body)).not.toContain('Invalid time value');
});

it("answers the same to a token of somebody else's stream as to one that nobody ever made", async () => {
  const his = await consistencyToken(keys, 'bob', { stream: 'card-his', commit: 1, types: ['Dealt'] });
  const before = await get('cards', { headers: { 'consistent-with': his } });
  await deal(view, cards as never, 'his', faceOf({ owner: 'bob' }));
  expect(await get('cards', { headers: { 'consistent-with': his } })).toEqual(before);
  expect((await get('cards', { headers: { 'consistent-with': 'nonsense' } })).body).toEqual(before.body);
});
