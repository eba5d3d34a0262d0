import { beforeEach, expect, test } from 'vitest';
import type { Role } from '../../lib/core/access/roles.ts';
import { user } from '../../lib/core/access.ts';
import { storedEvents } from '../../lib/core/commit.ts';
import { recordDecider } from '../../lib/core/personal/record.ts';
import { handleCommand } from '../../lib/engine/command/handle.ts';
import { cachedOpening } from '../../lib/engine/personal/cached.ts';
import { answerCache } from '../../lib/engine/query/answer-cache.ts';
import { answerHistory } from '../../lib/http/history.ts';
import { answerSubjects } from '../../lib/http/operate/subjects.ts';
import { answerQuery } from '../../lib/http/query.ts';
import type { HttpRequest, HttpResponse } from '../../lib/http/request.ts';
import { memoryBox, memorySubjectKeys } from '../../lib/testing/memory/personal.ts';
import { memoryKeys } from '../../lib/testing/memory/system.ts';
import { memoryView } from '../../lib/testing/memory/view.ts';
import { customer } from '../support/apps/customer/decider.ts';
import { manifest } from '../support/apps/customer/manifest.ts';
import { asks, instanceOver, memoryTable } from '../support/examples/commanding.ts';

const ada = { name: 'Ada MARKED', email: 'marked@example.com' };
const keptSeconds = 60;

const request = (route: string, over: Partial<HttpRequest>, ...roles: Role[]): HttpRequest => ({
  route,
  path: {},
  query: {},
  headers: {},
  body: '',
  actor: user('olga', ...roles),
  correlation: 'c-1',
  requestId: 'r-1',
  ...over,
});

type World = Awaited<ReturnType<typeof makeWorld>>;
const makeWorld = async () => {
  const table = memoryTable();
  const [keys, box, view, { clock }] = [memorySubjectKeys(), memoryBox(), memoryView(), table];
  const commanding = instanceOver(table, { decider: customer as never, personal: { keys, box } });
  await handleCommand(commanding, asks('Register', ada, { stream: 'customer-c1' }));
  const [commit] = table.store.stored();
  const { name, email } = storedEvents(commit!)[0]!.data as Readonly<{ name: object; email: object }>;
  const row = (id: string, over: object) =>
    view.putHead({ key: id, sort: 'head', stream: `customer-${id}`, commit: 1, row: { name, email, ...over } }, undefined);
  await row('c1', {});
  await row('c2', { name: { ...name, of: 'c9' } });
  await row('c3', { email: { '~': 'cut' } });
  await row('c4', { name: { ...name, at: ['customer-c1/1', 'CustomerRegistered', '/email'] } });
  const opening = { box, keys: cachedOpening(keys, { clock, milliseconds: keptSeconds * 1_000 }) };
  const [customers] = manifest.projections;
  const active = { projection: 'customers', revision: 1, since: '', by: 'o', why: 'a test' };
  const revisions = {
    deployed: [{ projection: { ...customers!, freshSeconds: 600 }, reader: view, clock }],
    active: async () => active,
    built: async () => undefined,
    tableOf: async () => undefined,
  };
  const answering = {
    views: new Map([['customers', revisions]]),
    keys: memoryKeys(),
    answers: answerCache(clock),
    opening,
  } as unknown as Parameters<typeof answerQuery>[0];
  const readsOne = (id: string, ...roles: Role[]) =>
    answerQuery(answering, request('GET /views/{view}/{id}', { path: { view: 'customers', id } }, ...roles));
  const reads = (...roles: Role[]) => readsOne('c1', ...roles);
  const history = (path: '' | '/state', more: HttpRequest['query'] = {}) =>
    answerHistory(
      new Map([['customer', commanding]]),
      request(
        `GET /streams/{category}/{id}${path}`,
        { path: { category: 'customer', id: 'c1' }, query: { ...(path && { version: '1' }), ...more } },
        'operator',
      ),
      opening,
    );
  const recording = instanceOver(table, { decider: recordDecider });
  const lines: unknown[] = [];
  const log = { info: (...said: unknown[]) => void lines.push(said), warn: () => {}, error: () => {} };
  const erase = (body: object, ...roles: Role[]) =>
    answerSubjects(
      { erasing: { keys, opening: keys, recording, keptSeconds }, looking: {} as never, manifest, log },
      request('POST /subjects/{id}/erase', { path: { id: 'c1' }, body: JSON.stringify(body) }, ...roles),
    );
  return { table, clock, keys, reads, readsOne, history, erase, lines };
};

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
const bodyOf = ({ body }: HttpResponse) => body as Readonly<Record<string, unknown>>;
const erased = { erased: true };

test('a reader sees personal values opened, and one whose role is masked sees that there are some', async () => {
  expect(bodyOf(await world.reads('operator'))).toEqual({ id: 'c1', ...ada });
  expect(bodyOf(await world.reads('teller'))).toEqual({ id: 'c1', name: { masked: true }, email: { masked: true } });
  expect(bodyOf(await world.reads('teller', 'operator'))).toEqual({ id: 'c1', ...ada });
  await expect(world.reads()).rejects.toMatchObject({ problem: { kind: 'not-yours' } });
});

test('history and states are opened, and what is stored is not', async () => {
  expect(JSON.stringify((await world.history('')).body)).toContain('Ada MARKED');
  expect(JSON.stringify((await world.history('/state')).body)).toContain('marked@example.com');
  expect(JSON.stringify(world.table.store.stored())).not.toMatch(/MARKED|marked@/);
});

test('who asks for masks is shown that there are values, and no key is asked for', async () => {
  for (const path of ['', '/state'] as const) {
    const text = JSON.stringify((await world.history(path, { personal: 'masked' })).body);
    expect(text).toContain('{"masked":true}');
    expect(text).not.toMatch(/MARKED|marked@|"~"/);
  }
  await expect(world.history('', { personal: 'mask' })).rejects.toMatchObject({ problem: { kind: 'invalid-request' } });
});

test('after an erasure a warm reader shows nothing once its time is over, whatever it and browsers have cached', async () => {
  const before = await world.reads('operator');
  expect(before.headers).not.toHaveProperty('cache-control');
  const { status, body } = await world.erase({ why: 'request 7' }, 'auditor');
  expect([status, body]).toMatchObject([200, { subject: 'c1', readsAs: erased }]);
  world.clock.advance(keptSeconds * 1_000);
  const after = await world.reads('operator');
  expect(bodyOf(after)).toEqual({ id: 'c1', name: erased, email: erased });
  expect(after.headers?.etag).not.toBe(before.headers?.etag);
  const commit = bodyOf(await world.history('')).commits as readonly Readonly<{ events: readonly { data: object }[] }>[];
  expect(commit[0]!.events[0]!.data).toEqual({ name: erased, email: erased });
  expect(JSON.stringify(world.lines)).not.toMatch(/MARKED|marked@|request 7/);
});

test('a clock that is set back does not make a key last', async () => {
  await world.reads('operator');
  await world.erase({ why: 'request 7' }, 'auditor');
  world.clock.advance(-3_600_000);
  expect(bodyOf(await world.reads('operator'))).toMatchObject({ name: erased });
});

test('only the declared role erases, and gives a reason', async () => {
  await expect(world.erase({ why: 'request 7' }, 'operator')).rejects.toMatchObject({ problem: { kind: 'not-yours' } });
  await expect(world.erase({}, 'auditor')).rejects.toMatchObject({ problem: { status: 400 } });
  expect(bodyOf(await world.reads('operator'))).toEqual({ id: 'c1', ...ada });
});

test('a value that does not open is a problem that names its place and not the value, and other rows are answered', async () => {
  await world.keys.publicHalf('c9');
  for (const [id, place] of [
    ['c2', '/name'],
    ['c3', '/email'],
    ['c4', '/name'],
  ] as const) {
    const failed = await world.readsOne(id, 'operator').catch((error: unknown) => error);
    expect(failed).toMatchObject({ problem: { kind: 'does-not-open', status: 500, extra: { place } } });
    expect(JSON.stringify((failed as { problem: object }).problem)).not.toMatch(/MARKED|marked@|"~"/);
    expect((failed as Error).message).toContain('foldstream logs');
    // Whoever sees it masked needs no key.
    expect(bodyOf(await world.readsOne(id, 'teller'))).toMatchObject({ name: { masked: true } });
  }
  expect(bodyOf(await world.reads('operator'))).toEqual({ id: 'c1', ...ada });
});
