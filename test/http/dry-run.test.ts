import { describe, expect, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { manifest } from '../../domains/index.ts';
import { transfer } from '../../domains/transfer/decider.ts';
import { type AnyDecider, command } from '../../lib/core/decider.ts';
import { ProblemError } from '../../lib/core/problem.ts';
import { answerCommand } from '../../lib/http/command.ts';
import { operatorOperations } from '../../lib/http/openapi/operate.ts';
import { answerProcesses } from '../../lib/http/operate/processes.ts';
import { answerOperator } from '../../lib/http/operate.ts';
import type { HttpRequest, HttpResponse } from '../../lib/http/request.ts';
import { ada, bob, instanceOver, memoryTable, operator } from '../support/examples/commanding.ts';

const over = (table: ReturnType<typeof memoryTable>, decider: AnyDecider) => instanceOver(table, { decider });
const request = (route: string, body: unknown, rest: Partial<HttpRequest> = {}): HttpRequest => ({
  route: 'POST /account/{id}/{command}',
  path: { id: 'a1', command: route },
  query: {},
  headers: {},
  body: JSON.stringify(body),
  actor: ada,
  correlation: 'c',
  requestId: 'r',
  ...rest,
});
const dry = { 'dry-run': 'true' } as const;
const eur = (amount: number) => ({ amount, currency: 'EUR' });

const problemOf = async (answer: Promise<HttpResponse>) => {
  const error = await answer.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return error instanceof ProblemError ? [error.problem.status, error.problem.kind] : error;
};

describe('Dry-Run: true', () => {
  const bank = async () => {
    const table = memoryTable();
    const on = over(table, account);
    await answerCommand(on, request('open', { currency: 'EUR' }));
    return { table, on };
  };

  it('tells what would be appended; its ETag makes the real command be decided on the same state', async () => {
    const { table, on } = await bank();
    const answer = await answerCommand(on, request('deposit', eur(5), { headers: dry }));
    expect(answer).toEqual({
      status: 200,
      headers: { etag: '"1"' },
      body: {
        dryRun: true,
        tookEffect: false,
        stream: 'account-a1',
        version: 2,
        commit: 2,
        events: [{ type: 'MoneyDeposited', version: 2, v: 1, data: expect.objectContaining(eur(5)) }],
      },
    });
    expect(table.store.stored()).toHaveLength(1);
    const headers = { 'if-match': answer.headers?.etag };
    expect((await answerCommand(on, request('deposit', eur(5), { headers }))).status).toBe(200);
    expect(await problemOf(answerCommand(on, request('deposit', eur(5), { headers: { ...headers, ...dry } })))).toEqual([
      412,
      'stale-version',
    ]);
  });

  it('tells of a command that took effect under its key, and keeps no key itself', async () => {
    const { table, on } = await bank();
    const keyed = { 'idempotency-key': 'k' } as const;
    const tried = () => answerCommand(on, request('deposit', eur(5), { headers: { ...keyed, ...dry } }));
    expect((await tried()).body).toMatchObject({ tookEffect: false });
    await answerCommand(on, request('deposit', eur(5), { headers: keyed }));
    await answerCommand(on, request('deposit', eur(1)));
    expect(await tried()).toMatchObject({ headers: { etag: '"2"' }, body: { tookEffect: true, version: 2 } });
    const other = request('deposit', eur(6), { headers: { ...keyed, ...dry } });
    expect(await problemOf(answerCommand(on, other))).toEqual([422, 'idempotency-key-reused']);
    expect(table.store.stored()).toHaveLength(3);
  });

  it('is refused as the command would be: by the decider, for whom it is not, and by what it names', async () => {
    const { table, on } = await bank();
    expect(await problemOf(answerCommand(on, request('withdraw', eur(5), { headers: dry })))).toEqual([
      422,
      'insufficient-funds',
    ]);
    expect(await problemOf(answerCommand(on, request('deposit', eur(5), { headers: dry, actor: bob })))).toEqual([
      403,
      'not-yours',
    ]);
    expect(await problemOf(answerCommand(on, request('deposit', { amount: -1 }, { headers: dry })))).toEqual([
      400,
      'invalid-command',
    ]);
    const others = new Map([['account', on]]);
    const terms = { from: 'a1', to: 'a2', amount: 5, currency: 'EUR' };
    const asked = (actor: typeof ada) =>
      answerCommand(
        { ...over(table, transfer), others },
        request('request', terms, { headers: dry, actor, path: { id: 't1', command: 'request' } }),
      );
    expect(await problemOf(asked(bob))).toEqual([403, 'not-yours']);
    expect((await asked(ada)).body).toMatchObject({ stream: 'transfer-t1', version: 1 });
    expect(table.store.stored()).toHaveLength(1);
  });

  it('shows the data of events to those who may read the history, and to nobody else', async () => {
    const { table } = await bank();
    const open: AnyDecider = {
      ...(account as AnyDecider),
      commands: { ...account.commands, Deposit: command(['user'], account.commands.Deposit.schema) },
    };
    const seen = async (actor: typeof ada) => {
      const { body } = await answerCommand(over(table, open), request('deposit', eur(5), { headers: dry, actor }));
      return Object.keys((body as { events: object[] }).events[0]!);
    };
    expect(await seen(ada)).toContain('data');
    expect(await seen(operator)).toContain('data');
    expect(await seen(bob)).toEqual(['type', 'version']);
  });

  it('is true or false: whoever writes another word gets no effect', async () => {
    const { table, on } = await bank();
    for (const word of ['yes', 'True', '1', ''])
      expect(await problemOf(answerCommand(on, request('deposit', eur(5), { headers: { 'dry-run': word } })))).toEqual([
        400,
        'invalid-request',
      ]);
    expect(table.store.stored()).toHaveLength(1);
    expect((await answerCommand(on, request('deposit', eur(5), { headers: { 'dry-run': 'false' } }))).body).not.toHaveProperty(
      'dryRun',
    );
  });

  it('is refused by every other route that changes something', async () => {
    const changing = operatorOperations(manifest, {}).filter(({ method }) => method === 'post');
    expect(changing.length).toBeGreaterThan(5);
    for (const { path } of changing) {
      const asked = request(
        '',
        {},
        { route: `POST ${path}`, path: { process: 'p', instance: 'i' }, headers: dry, actor: operator },
      );
      const answering = path.includes('/processes') ? answerProcesses : answerOperator;
      await expect(answering({} as never, asked), path).rejects.toThrow('Dry-Run: is for commands only');
    }
  });
});
