import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import type { Actor } from '../../lib/core/access.ts';
import { ProblemError } from '../../lib/core/problem.ts';
import type { Commanding } from '../../lib/engine/command/request.ts';
import type { Store } from '../../lib/engine/ports.ts';
import type { Host } from '../../lib/http/batch-entry.ts';
import { answerCommands } from '../../lib/http/command/batch.ts';
import { problemResponse } from '../../lib/http/problem.ts';
import type { HttpRequest, HttpResponse } from '../../lib/http/request.ts';
import { ada, bob, instanceOver, memoryTable } from '../support/examples/commanding.ts';

type Table = ReturnType<typeof memoryTable>;
type Entry = Readonly<{ id: string; command: string; body?: unknown; key?: string; ifMatch?: string }>;
type Answers = readonly Readonly<{ status: number; headers: Record<string, string>; body: Record<string, unknown> }>[];

const host: Host = {
  count: () => {},
  problemIn: (error) =>
    (error instanceof ProblemError ? error : new ProblemError({ kind: 'unavailable', detail: String(error) })).problem,
};
const over = (table: Table, store: Partial<Store> = {}): Commanding =>
  instanceOver(table, { decider: account, store: { ...table.store, ...store } });

const request = (route: string, rest: Partial<HttpRequest>): HttpRequest => ({
  route,
  path: {},
  query: {},
  headers: {},
  body: '',
  actor: ada,
  correlation: 'c',
  requestId: 'r',
  ...rest,
});

const batchOf = (commands: unknown, rest: Partial<HttpRequest> = {}) =>
  request('POST /account/batch', { body: JSON.stringify({ commands }), ...rest });

const send = async (on: Commanding, commands: unknown, rest: Partial<HttpRequest> = {}, by: Host = host): Promise<Answers> => {
  const { status, body } = await answerCommands(on, batchOf(commands, rest), by);
  expect(status).toBe(200);
  return (body as { answers: Answers }).answers;
};

/** The same command on its own route. */
const alone = async (on: Commanding, { id, command, body, key, ifMatch }: Entry, rest: Partial<HttpRequest>) => {
  const headers = { ...rest.headers, 'idempotency-key': key, 'if-match': ifMatch };
  const asked = request('POST /account/{id}/{command}', {
    ...rest,
    headers,
    path: { id, command },
    body: JSON.stringify(body ?? {}),
  });
  const answer: HttpResponse = await answerCommands(on, asked, host).catch((error: unknown) =>
    problemResponse(host.problemIn(error), 'c'),
  );
  return { status: answer.status, headers: answer.headers ?? {}, body: answer.body };
};

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const open = (id: string): Entry => ({ id, command: 'open', body: { currency: 'EUR' } });
const deposit = (id: string, amount: number, more: Partial<Entry> = {}): Entry => ({
  id,
  command: 'deposit',
  body: eur(amount),
  ...more,
});
const statuses = (answers: Answers) => answers.map(({ status }) => status);

const what = fc.oneof(
  fc.constantFrom(
    { command: 'open', body: { currency: 'EUR' } },
    { command: 'explode', body: {} },
    { command: 'debit', body: eur(1) },
  ),
  fc.integer({ min: -1, max: 9 }).map((amount) => ({ command: 'deposit', body: eur(amount) })),
  fc.integer({ min: 1, max: 9 }).map((amount) => ({ command: 'withdraw', body: eur(amount) })),
  fc.constantFrom({ command: 'close', body: { reason: '\ud800' } }, { command: 'close', body: [] }),
);
const how = fc.record(
  { key: fc.constantFrom('k1', 'k2', 'no key'), ifMatch: fc.constantFrom('"1"', '"2"', '*', 'x') },
  { requiredKeys: [] },
);
const entry: fc.Arbitrary<Entry> = fc
  .tuple(fc.constantFrom('a1', 'a2', '-bad-'), what, how)
  .map(([id, asked, more]) => ({ id, ...asked, ...more }));

describe('a batch of commands', () => {
  it('answers each as its own route would, in the order of its stream, whoever sends it, dry or not', async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 20 }),
        fc.constantFrom<Actor>(ada, bob),
        fc.constantFrom('true', 'false', undefined),
        async (entries, actor, dryRun) => {
          const [together, apart] = [memoryTable(), memoryTable()];
          for (const table of [together, apart]) await send(over(table), [open('a1')]);
          const rest = { actor, headers: { 'dry-run': dryRun } };
          const answers = await send(over(together), entries, rest);
          const one = over(apart);
          for (const [i, each] of entries.entries()) {
            expect(answers[i]).toEqual(await alone(one, each, rest));
            seen.add(answers[i]!.status);
          }
          const made = ({ store }: Table) =>
            ['account-a1', 'account-a2'].map((stream) =>
              store.stored().flatMap((each) => (each.stream === stream ? each.events : [])),
            );
          expect(made(together)).toEqual(made(apart));
        },
      ),
      { numRuns: 60 },
    );
    expect([...seen].sort()).toEqual([200, 201, 400, 403, 404, 412, 422]);
  });

  it('takes effect once under the same keys, and is answered the same again', async () => {
    const on = over(memoryTable());
    const entries = [{ ...open('a1'), key: 'o' }, deposit('a1', 5, { key: 'd1' }), deposit('a1', 7, { key: 'd2' })];
    const first = await send(on, entries);
    expect(statuses(first)).toEqual([201, 200, 200]);
    expect(await send(on, entries)).toEqual(first);
  });

  it('lets one bad command fail alone, whatever is wrong with it', async () => {
    const table = memoryTable();
    const big = 'x'.repeat(300_000);
    const bad = [
      null,
      7,
      [],
      {},
      { id: 'a1' },
      { ...open('a1'), colour: 'red' },
      { id: 'a1', command: 'close', body: { reason: big } },
    ];
    const answers = await send(over(table), [...bad, open('a1'), deposit('a1', 5)]);
    expect(statuses(answers)).toEqual([400, 400, 400, 400, 400, 400, 413, 201, 200]);
  });

  it('does not begin what follows a command that has to be sent again on the same stream; other streams go on', async () => {
    const table = memoryTable();
    let failures = 1;
    const on = over(table, {
      append: async (commit) => {
        if (commit.stream === 'account-a1' && commit.version > 1 && failures-- > 0) throw new Error('busy');
        return table.store.append(commit);
      },
    });
    const entries = [open('a1'), open('a2'), deposit('a1', 5, { key: 'x' }), deposit('a1', 7, { key: 'y' }), deposit('a2', 9)];
    const answers = await send(on, entries);
    expect(statuses(answers)).toEqual([201, 201, 503, 503, 200]);
    expect(answers[3]).toMatchObject({ headers: { 'retry-after': '1' }, body: { detail: expect.stringContaining('not begun') } });
    expect(statuses(await send(on, entries.slice(2, 4)))).toEqual([200, 200]);
    expect(
      table.store.stored().flatMap(({ stream, events }) => (stream === 'account-a1' ? events.map(({ data }) => data) : [])),
    ).toMatchObject([{}, eur(5), eur(7)]);
  });

  it('does not begin what would not end in time, and stores nothing of it', async () => {
    const table = memoryTable();
    const on = over(table, {
      append: async (commit) => {
        table.clock.advance(3_000);
        return table.store.append(commit);
      },
    });
    const answers = await send(on, [open('a1'), ...Array.from({ length: 4 }, () => deposit('a1', 1))]);
    expect(statuses(answers)).toEqual([201, 200, 200, 503, 503]);
    expect(table.store.stored()).toHaveLength(3);
  });

  it('counts each command by the limit of its caller', async () => {
    let left = 1;
    const counting: Host = {
      ...host,
      count: () => {
        if (left-- <= 0) throw new ProblemError({ kind: 'too-many-requests', detail: 'Wait.', retryAfterSeconds: 2 });
      },
    };
    const answers = await send(over(memoryTable()), [open('a1'), open('a2'), open('a3')], {}, counting);
    expect(statuses(answers)).toEqual([201, 201, 429]);
    expect(answers[2]?.headers).toEqual({ 'retry-after': '2' });
  });

  it('refuses a body that is nested as deeply as no text of JSON can be made of, and handles the commands beside it', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const body = `{"commands":[{"id":"a1","command":"open","body":{"currency":${deep}}},${JSON.stringify(open('a2'))}]}`;
    const { body: answered } = await answerCommands(over(memoryTable()), request('POST /account/batch', { body }), host);
    const { answers } = answered as { answers: Answers };
    expect(statuses(answers)).toEqual([400, 201]);
    expect(answers[0]?.body).toMatchObject({ type: expect.stringContaining('invalid-request') });
  });

  it('is refused as a whole if it is no batch', async () => {
    const on = over(memoryTable());
    const refused = (asked: HttpRequest) => expect(answerCommands(on, asked, host)).rejects;
    await refused(batchOf([])).toMatchObject({ problem: { kind: 'invalid-request' } });
    await refused(batchOf(Array(101).fill(open('a1')))).toMatchObject({ problem: { kind: 'invalid-request' } });
    await refused(request('POST /account/batch', { body: '{' })).toMatchObject({ problem: { kind: 'not-json' } });
    await refused(batchOf([{ body: 'x'.repeat(1_100_000) }])).toMatchObject({ problem: { kind: 'body-too-large' } });
    for (const name of ['idempotency-key', 'if-match'])
      await refused(batchOf([open('a1')], { headers: { [name]: '"1"' } })).toMatchObject({
        problem: { kind: 'invalid-request' },
      });
    // Also if no command of the batch comes to its header.
    await refused(batchOf([{ id: '-bad-', command: 'open' }], { headers: { 'dry-run': 'maybe' } })).toMatchObject({
      problem: { kind: 'invalid-request' },
    });
  });
});
