import { describe, expect, it } from 'vitest';
import type { Actor } from '../../lib/core/access.ts';
import type { AnyDecider } from '../../lib/core/decider.ts';
import { ProblemError } from '../../lib/core/problem.ts';
import { stateCache } from '../../lib/engine/command/cache.ts';
import type { Commanding } from '../../lib/engine/command/request.ts';
import type { Host } from '../../lib/http/batch-entry.ts';
import { answerCommands } from '../../lib/http/command/batch.ts';
import { ada, bob, instanceOver, memoryTable, operator } from '../support/examples/commanding.ts';
import { move, purse } from '../support/examples/purses.ts';

type Body = Readonly<{ answers: readonly Readonly<{ status: number; headers: object; body: Record<string, unknown> }>[] }>;
type Table = ReturnType<typeof memoryTable>;

let counted = 0;
const host: Host = {
  count: () => {
    counted += 1;
  },
  problemIn: (error) => {
    throw error;
  },
};

const over = (table: Table, decider: unknown): Commanding => {
  const own = instanceOver(table, { decider: decider as AnyDecider, cache: stateCache(100_000) });
  const other = instanceOver(table, { decider: purse as unknown as AnyDecider, cache: stateCache(100_000) });
  return { ...own, others: new Map([['purse', other]]) };
};

const request = (route: string, body: unknown, actor: Actor, headers: Record<string, string> = {}, path = {}) => ({
  ...{ route, path, query: {}, headers, actor, correlation: 'c', requestId: 'r' },
  body: JSON.stringify(body),
});

const batch = (on: Commanding, commands: unknown, headers: Record<string, string> = {}, actor = ada) =>
  answerCommands(on, request(`POST /${on.decider.category}/batch`, { atomic: true, commands }, actor, headers), host);

const answersOf = async (answer: ReturnType<typeof batch>) => ((await answer).body as Body).answers;
const open = (id: string) => ({ id, command: 'open' });
const fill = (id: string, amount: number) => ({ id, command: 'fill', body: { amount } });
const label = (id: string, text: string, more = {}) => ({ id, command: 'label', body: { label: text }, ...more });

const ready = async () => {
  const table = memoryTable();
  const on = over(table, purse);
  expect((await answersOf(batch(on, [open('a'), open('b')]))).map(({ status }) => status)).toEqual([201, 201]);
  expect((await answersOf(batch(on, [open('c')], {}, bob))).map(({ status }) => status)).toEqual([201]);
  return { table, on };
};

describe('an atomic batch', () => {
  it('stores all of its commands, answers each as its own route does, and a repeat as the first time', async () => {
    const { table, on } = await ready();
    const commands = [label('a', 'x', { ifMatch: '"1"' }), fill('b', 5), open('d')];
    const key = { 'idempotency-key': 'k' };
    counted = 0;
    const first = await answersOf(batch(on, commands, key));
    expect(first.map(({ status, headers }) => [status, headers])).toEqual([
      [200, expect.objectContaining({ etag: '"2"', location: '../../streams/purse/a', 'consistency-token': expect.any(String) })],
      [200, expect.objectContaining({ etag: '"2"' })],
      [201, expect.objectContaining({ etag: '"1"' })],
    ]);
    expect(counted).toBe(2);
    const stored = table.store.stored().length;
    expect(await answersOf(batch(over(table, purse), commands, key))).toEqual(first);
    expect(table.store.stored()).toHaveLength(stored);
    await expect(batch(on, [...commands].reverse(), key)).rejects.toMatchObject({ problem: { kind: 'idempotency-key-reused' } });
  });

  it.each([
    ['a refusal', fill('nobody', 5), 422, 'already-open'],
    ['another owner', fill('c', 5), 403, 'not-yours'],
    ['a stale version', label('b', 'y', { ifMatch: '"9"' }), 412, 'stale-version'],
    ['no command', { id: 'b', command: 'explode' }, 404, 'not-found'],
    ['data that do not fit', fill('b', -5), 400, 'invalid-command'],
    ['a key of its own', { ...fill('b', 5), key: 'k' }, 400, 'invalid-request'],
    ['a stream that is named twice', fill('a', 5), 400, 'invalid-request'],
  ])('with %s stores nothing, and each command says why', async (what, wrong, status, kind) => {
    const { table, on } = await ready();
    const stored = table.store.stored().length;
    const entry = what === 'a refusal' ? open('b') : wrong;
    const [first, second, third] = await answersOf(batch(on, [label('a', 'x'), entry, open('d')]));
    expect(second).toMatchObject({ status, body: { type: `urn:foldstream:problem:${kind}` } });
    for (const each of [first, third])
      expect(each).toMatchObject({ status: 424, body: { type: 'urn:foldstream:problem:not-stored', because: [1] } });
    expect(table.store.stored()).toHaveLength(stored);
  });

  it('is tried as a whole without an effect', async () => {
    const { table, on } = await ready();
    const stored = table.store.stored().length;
    const dry = { 'dry-run': 'true' };
    expect((await answersOf(batch(on, [label('a', 'x'), open('d')], dry))).map(({ body }) => body)).toMatchObject([
      { dryRun: true, events: [{ type: 'PurseLabelled', version: 2 }] },
      { dryRun: true, events: [{ type: 'PurseOpened', version: 1 }] },
    ]);
    expect((await answersOf(batch(on, [label('a', 'x'), open('b')], dry))).map(({ status }) => status)).toEqual([424, 422]);
    expect(table.store.stored()).toHaveLength(stored);
  });

  it('that no transaction takes says so', async () => {
    const { table, on } = await ready();
    const stored = table.store.stored().length;
    const labelled = Array.from({ length: 60 }, (_, i) => ({ id: `p${i}`, command: 'open', body: { label: `l${i}` } }));
    await expect(batch(on, labelled)).rejects.toMatchObject({
      problem: { kind: 'commit-too-large', detail: expect.stringContaining('120 streams; the limit is 100') },
    });
    expect(table.store.stored()).toHaveLength(stored);
  });

  it('has no If-Match for all, and a key for all', async () => {
    const { on } = await ready();
    await expect(batch(on, [open('d')], { 'if-match': '"1"' })).rejects.toMatchObject({ problem: { kind: 'invalid-request' } });
  });
});

describe('a command that takes others along, over HTTP', () => {
  const make = (on: Commanding, body: unknown, actor = ada, headers: Record<string, string> = {}) =>
    answerCommands(on, request('POST /move/{id}/{command}', body, actor, headers, { id: 'm1', command: 'make' }), host);

  it('takes effect by its own route; a refusal names the stream; data that name no stream are not valid', async () => {
    const { table, on } = await ready();
    await batch(on, [fill('a', 50)]);
    const moves = over(table, move);
    const body = { from: 'a', to: ['c'], amount: 30 };
    expect(await make(moves, body, ada, { 'dry-run': 'true' })).toMatchObject({ body: { dryRun: true, tookEffect: false } });
    await expect(make(moves, { ...body, amount: 60 })).rejects.toMatchObject({
      problem: {
        kind: 'insufficient-funds',
        extra: { balance: 50, refusedBy: 'purse-a' },
        detail: expect.stringContaining('purse-a'),
      },
    });
    await expect(make(moves, { ...body, to: ['-'] })).rejects.toMatchObject({ problem: { kind: 'invalid-command' } });
    await expect(make(moves, { ...body, to: ['a'] })).rejects.toMatchObject({ problem: { kind: 'invalid-command' } });
    await expect(make(moves, body, bob)).rejects.toMatchObject({ problem: { kind: 'not-yours' } });
    const done = { status: 201, body: { stream: 'move-m1', events: [{ type: 'Moved', version: 1 }] } };
    expect(await make(moves, body, ada, { 'idempotency-key': 'k' })).toMatchObject(done);
    expect(await make(moves, body, ada, { 'idempotency-key': 'k' })).toMatchObject(done);
  });

  it('cannot be sent alone by those whom it is not for', async () => {
    const { table } = await ready();
    const alone = request('POST /purse/{id}/{command}', { amount: 1 }, operator, {}, { id: 'a', command: 'credit' });
    await expect(answerCommands(over(table, purse), alone, host)).rejects.toBeInstanceOf(ProblemError);
  });
});
