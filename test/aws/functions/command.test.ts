import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { account } from '../../../domains/account/decider.ts';
import { transfer } from '../../../domains/transfer/decider.ts';
import { httpFunction } from '../../../lib/aws/functions/http-function.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import { type AnyDecider, command } from '../../../lib/core/decider.ts';
import { defineManifest } from '../../../lib/core/manifest.ts';
import { FromNewerRelease, v1 } from '../../../lib/core/version.ts';
import { stateCache } from '../../../lib/engine/command/cache.ts';
import { handleCommand } from '../../../lib/engine/command/handle.ts';
import type { Commanding, Others } from '../../../lib/engine/command/request.ts';
import type { Store } from '../../../lib/engine/ports.ts';
import { awaitedBy } from '../../../lib/engine/query/consistency.ts';
import { defaultSettings } from '../../../lib/engine/settings.ts';
import { answerCommand } from '../../../lib/http/command.ts';
import { memorySnapshots } from '../../../lib/testing/memory/snapshots.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../../lib/testing/memory/system.ts';
import { asks, robot } from '../../support/examples/commanding.ts';
import { teller } from '../../support/examples/teller.ts';
import { poolToken } from '../../support/verified-token.ts';

/** Makes commits as large, and as many events, as it is asked for. */
const blob: AnyDecider = {
  category: 'blob',
  events: { Grown: v1(z.object({ text: z.string() })) },
  commands: { Grow: command(['operator'], z.strictObject({ events: z.int(), size: z.int() })) },
  initial: {},
  decide: {
    Grow: (_state: never, { events, size }: { events: number; size: number }) =>
      Array.from({ length: events }, () => ({ type: 'Grown', data: { text: 'x'.repeat(size) } })),
  },
  evolve: { Grown: () => ({}) },
};

const commanding = (decider: AnyDecider, store: Store = memoryStore(), seed = 1): Commanding => ({
  decider,
  code: 'test',
  store,
  snapshots: memorySnapshots(),
  keys: memoryKeys(seed),
  clock: memoryClock(),
  log: memoryLog(),
  settings: defaultSettings,
  cache: stateCache(1_000_000),
});

const post = async (
  on: Commanding,
  command: string,
  body: unknown,
  { groups = [] as string[], headers = {}, sub = 'ada', others = new Map() as Others } = {},
) => {
  const handler = httpFunction({ manifest: {}, logger: new Logger({ logLevel: 'SILENT' }) }, (request) =>
    answerCommand({ ...on, others }, request),
  );
  const token = poolToken(sub, ...groups);
  const event = {
    routeKey: `POST /${on.decider.category}/{id}/{command}`,
    pathParameters: { id: 'a1', command },
    headers: { 'content-type': 'application/json', ...token.headers, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    requestContext: {
      requestId: 'request-1',
      http: { sourceIp: '203.0.113.77' },
      authorizer: token.authorizer,
    },
  };
  const answer = (await handler(event as never, {} as Context)) as APIGatewayProxyStructuredResultV2;
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? '{}') };
};

const refusedProcess = asks('Withdraw', { amount: 1_000, currency: 'EUR' }, { actor: robot });
const opening = (on: Commanding) => post(on, 'open', { currency: 'EUR' });

describe('a command that names what its caller must own', () => {
  const terms = { from: 'a1', to: 'a2', amount: 5, currency: 'EUR' };
  const bank = () => {
    const store = memoryStore();
    const accounts = commanding(account, store);
    const transfers = commanding(transfer, store);
    const others: Others = new Map([['account', commanding(account, store)]]);
    const ask = async (sub: string, over = {}) =>
      (await post(transfers, 'request', { ...terms, ...over }, { sub, others })).status;
    return { store, accounts, ask };
  };

  it("is refused to a stranger, and about what is nobody's, before anything is stored", async () => {
    const { store, accounts, ask } = bank();
    await opening(accounts);
    const before = store.stored().length;
    expect([await ask('eve'), await ask('eve', { from: 'nobodys' }), await ask('ada', { from: 'nobodys' })]).toEqual([
      403, 403, 403,
    ]);
    expect(store.stored()).toHaveLength(before);
    expect(await ask('ada')).toBe(201);
  });

  it('is accepted as soon as the target exists, whatever was cached before', async () => {
    const { accounts, ask } = bank();
    expect(await ask('ada')).toBe(403);
    await opening(accounts);
    expect(await ask('ada')).toBe(201);
  });

  it('needs what it names to have an owner', () => {
    const { owner: _, ...unowned } = account;
    const broken = () => defineManifest({ aggregates: [unowned as AnyDecider, transfer], projections: [] });
    expect(broken).toThrow(
      'transfer: Request checks the owner of account, but the manifest has no aggregate account with an `owner`.',
    );
  });
});

describe('a command over HTTP, where the engine cannot be brought to it', () => {
  beforeEach(() => void vi.restoreAllMocks());

  const failing = (error: Error): Store => ({ ...memoryStore(), append: () => Promise.reject(error) });

  it('409 after too many lost races', async () => {
    const store = memoryStore();
    const rival = commanding(account, store);
    await opening(rival);
    // Another caller is always faster: before each append another commit takes the number.
    const unlucky: Store = {
      ...store,
      append: async (commit) => {
        await post(rival, 'deposit', { amount: 1, currency: 'EUR' });
        return store.append(commit);
      },
    };
    const answer = await post(commanding(account, unlucky, 2), 'deposit', { amount: 5, currency: 'EUR' });
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:foldstream:problem:contended', status: 409 } });
    expect(answer.headers['retry-after']).toBe('1');
    expect(store.stored().filter(({ stream }) => stream === 'account-a1')).toHaveLength(1 + defaultSettings.tries);
  });

  it("keeps the caller's trace beside the correlation id", async () => {
    const store = memoryStore();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { 'x-correlation-id': 'c-1', TraceParent: traceparent };
    const on = commanding(account, store);
    await post(on, 'open', { currency: 'EUR' }, { headers });
    const [{ meta }] = store.stored() as [Commit];
    expect(meta).toMatchObject({ correlation: 'c-1', causation: 'request-1', traceparent });
    await post(on, 'deposit', { amount: 1, currency: 'EUR' });
    expect(store.stored()[1]?.meta).not.toHaveProperty('traceparent');
  });

  it.each([
    '',
    '\ud800',
    'x'.repeat(70_000),
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
  ])('leaves out a traceparent that is none: %j', async (traceparent) => {
    const store = memoryStore();
    const { status } = await post(commanding(account, store), 'open', { currency: 'EUR' }, { headers: { traceparent } });
    expect(status).toBe(traceparent.isWellFormed() ? 201 : 400);
    for (const { meta } of store.stored()) expect(meta).not.toHaveProperty('traceparent');
  });

  it.each([
    ['half of a surrogate pair', { currency: '\ud800' }, '/currency'],
    ['one in a name', { currency: 'EUR', 'a\udc00': 1 }, '/a\ufffd'],
    ['one deep inside, with its path escaped', { 'a/b~c': [{ d: ['\ud800'] }] }, '/a~1b~0c/0/d/0'],
    ['an empty name', { currency: { '': 1 } }, '/currency'],
    ['a name that JavaScript takes for something else', '{"__proto__":{"a":1}}', ''],
    ['a number beyond all bounds', { amount: 1e300 }, '/amount'],
    ['nesting that no table takes', `${'['.repeat(60)}${']'.repeat(60)}`, '/0'.repeat(24)],
  ])('400 with its path for a body with %s', async (_, body, path) => {
    const answer = await post(commanding(account), 'open', body);
    expect(answer).toMatchObject({ status: 400, body: { type: 'urn:foldstream:problem:invalid-request', errors: [{ path }] } });
  });

  it.each([
    ['throttling', Object.assign(new Error('slow down'), { name: 'ProvisionedThroughputExceededException' })],
    ['a broken connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['a failure of DynamoDB', Object.assign(new Error('oops'), { $metadata: { httpStatusCode: 500 } })],
    ['a newer release', new FromNewerRelease('a type of tomorrow')],
  ])('503 with Retry-After for %s', async (_, error) => {
    const answer = await opening(commanding(account, failing(error)));
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:foldstream:problem:unavailable' } });
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/problem+json' });
  });

  it('500 with no inner detail', async () => {
    const answer = await opening(commanding(account, failing(new Error('secret table arn:aws:dynamodb'))));
    expect(answer).toMatchObject({ status: 500, body: { type: 'urn:foldstream:problem:internal', correlation: 'request-1' } });
    expect(JSON.stringify(answer)).not.toContain('secret table');
  });

  it('413 for a commit that no item takes, and for too many events, before any request', async () => {
    const store = memoryStore();
    const on = commanding(blob, { ...store, append: () => Promise.reject(new Error('nothing was to be sent')) });
    for (const [events, size] of [
      [1, 410_000],
      [1_001, 1],
    ])
      expect(await post(on, 'grow', { events, size }, { groups: ['operator'] })).toMatchObject({
        status: 413,
        body: { type: 'urn:foldstream:problem:commit-too-large' },
      });
  });

  it('answers with a token of its commit: the same to a repeat, and of the last commit where nothing changed', async () => {
    const on = commanding(blob);
    const grow = (events: number, headers = {}) => post(on, 'grow', { events, size: 1 }, { groups: ['operator'], headers });
    const awaited = async ({ headers }: Awaited<ReturnType<typeof grow>>) =>
      awaitedBy(on.keys, 'ada', String(headers['consistency-token']));
    expect(await awaited(await grow(0))).toEqual([{ stream: 'blob-a1', commit: 0, types: [] }]);
    const key = { 'idempotency-key': 'k' };
    const first = await grow(2, key);
    expect(await awaited(first)).toEqual([{ stream: 'blob-a1', commit: 1, types: ['Grown'] }]);
    expect(await awaited(await grow(1))).toEqual([{ stream: 'blob-a1', commit: 2, types: ['Grown'] }]);
    expect(await awaited(await grow(0))).toEqual([{ stream: 'blob-a1', commit: 2, types: ['Grown'] }]);
    expect((await grow(2, key)).headers['consistency-token']).toBe(first.headers['consistency-token']);
  });

  it('gives a command that changed nothing a token for the last commit of each type', async () => {
    const on = commanding(teller);
    const send = (command: string, body: object) => post(on, command, body);
    for (const amount of [1, 2])
      await send(amount === 1 ? 'open' : 'deposit', amount === 1 ? { currency: 'EUR' } : { amount, currency: 'EUR' });
    await send('deposit', { amount: 3, currency: 'EUR' });
    await send('withdraw', { amount: 1, currency: 'EUR' });
    await handleCommand(on, { ...refusedProcess, stream: 'account-a1' });
    const { headers, body } = await send('glance', {});
    expect(body).toMatchObject({ commit: 5, events: [] });
    expect(await awaitedBy(on.keys, 'ada', String(headers['consistency-token']))).toEqual([
      { stream: 'account-a1', commit: 4, types: ['MoneyWithdrawn'] },
      { stream: 'account-a1', commit: 3, types: ['MoneyDeposited'] },
      { stream: 'account-a1', commit: 1, types: ['AccountOpened'] },
    ]);
  });

  it('keeps the caller as an opaque id, and not where the request came from', async () => {
    const store = memoryStore();
    await opening(commanding(account, store));
    expect(store.stored()[0]?.meta).toEqual({
      actor: 'ada',
      correlation: 'request-1',
      causation: 'request-1',
    });
  });
});
