import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { demo } from '../../domains/demo.ts';
import { as, type Call, fresh, theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const run = promisify(execFile);

/** A command, and the headers of a query that is to see it. */
const write = async (call: Call, path: string, body: unknown, headers = {}) => {
  const answer = await call('POST', path, body, headers);
  expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
  return { 'consistent-with': answer.headers.get('consistency-token') ?? '' };
};

/** Asks again as long as it is told to: what is not there in three seconds on a busy machine is late, but must not be stale. */
const patiently = async (call: Call, path: string, headers: Readonly<Record<string, string>>) => {
  for (let tries = 1; ; tries++) {
    const answer = await call('GET', path, undefined, headers);
    if (answer.status !== 503 || tries === 10) return answer;
    expect(answer.headers.get('retry-after')).toBe('1');
  }
};

type Row = Readonly<{ id: string; balance: number; since: string; status: string }>;

const walk = async (call: Call, parameters: string, headers: Readonly<Record<string, string>>) => {
  const rows: Row[] = [];
  for (let cursor: unknown = ''; cursor !== undefined; ) {
    const { status, body } = await patiently(
      call,
      `/views/account-balance?${parameters}${cursor ? `&cursor=${cursor}` : ''}`,
      headers,
    );
    expect(status, JSON.stringify(body)).toBe(200);
    rows.push(...(body.items as Row[]));
    cursor = body.cursor;
  }
  return rows;
};

const percentile = (sorted: readonly number[], p: number) => Math.round(sorted[Math.ceil((sorted.length * p) / 100) - 1] ?? 0);

describe.runIf(overHttp())('what one has just written', () => {
  it('is read after each of 80 writes, by key and in lists', async () => {
    const [ada, operator] = await Promise.all([as('ada'), as('operator')]);
    const [waits, cold]: [number[], number[]] = [[], []];
    const account = async () => {
      const id = fresh();
      await write(ada, `/account/${id}/open`, { currency: 'EUR' });
      for (let balance = 1; balance <= 20; balance++) {
        const token = await write(ada, `/account/${id}/deposit`, eur(1));
        const since = performance.now();
        const read = await patiently(ada, `/views/account-balance/${id}`, token);
        // The first of each account may meet functions that have yet to start: on AWS as here, that is no measure of waiting.
        (balance === 1 ? cold : waits).push(performance.now() - since);
        expect(read, id).toMatchObject({ status: 200, body: { id, balance } });
        const there = { id, balance, status: 'open' };
        const newest = await walk(ada, 'list=by-status&by=open&order=newest-first&limit=50&filter.currency=EUR', token);
        expect(newest.filter((row) => row.id === id)).toMatchObject([there]);
        expect(newest.map((row) => row.since)).toEqual(
          newest
            .map((row) => row.since)
            .toSorted()
            .toReversed(),
        );
        const listed = await walk(ada, 'limit=100', token);
        expect(listed.filter((row) => row.id === id)).toMatchObject([there]);
        const entries = await patiently(ada, `/views/account-statement/${id}?order=newest-first&limit=1`, token);
        expect(entries.body.items).toMatchObject([{ balance }]);
      }
      const token = await write(operator, `/account/${id}/close`, { reason: 'x' }).catch(() => undefined);
      expect(token, 'an account with money in it cannot be closed').toBeUndefined();
    };
    await Promise.all(Array.from({ length: 4 }, account));
    const sorted = waits.toSorted((a, b) => a - b);
    expect(sorted.length + cold.length).toBe(80);
    console.log(
      `Consistent-With, by key, four readers at once: p50 ${percentile(sorted, 50)} ms, p99 ${percentile(sorted, 99)} ms; cold ${Math.round(Math.max(...cold))} ms`,
    );
  });

  it('is out of a list that it has left, and in the one that it has come to', async () => {
    const ada = await as('ada');
    const id = fresh();
    await write(ada, `/account/${id}/open`, { currency: 'EUR' });
    const token = await write(ada, `/account/${id}/close`, { reason: 'moved' });
    const of = async (by: string) => (await walk(ada, `list=by-status&by=${by}&limit=100`, token)).filter((row) => row.id === id);
    expect(await of('open')).toEqual([]);
    expect(await of('closed')).toMatchObject([{ id, status: 'closed' }]);
  });

  it('is awaited by the token of a retry, which is the same, and by no other token', async () => {
    const [ada, bob] = await Promise.all([as('ada'), as('bob')]);
    const id = fresh();
    await write(ada, `/account/${id}/open`, { currency: 'EUR' });
    const key = { 'idempotency-key': fresh() };
    const token = await write(ada, `/account/${id}/deposit`, eur(5), key);
    expect(await write(ada, `/account/${id}/deposit`, eur(5), key)).toEqual(token);
    const refused = await bob('GET', '/views/account-balance', undefined, token);
    expect(refused).toMatchObject({ status: 400, body: { type: 'urn:foldstream:problem:invalid-request' } });
    const both = `${token['consistent-with']}, ${(await write(ada, `/account/${id}/deposit`, eur(6)))['consistent-with']}`;
    const read = await patiently(ada, `/views/account-balance/${id}`, { 'consistent-with': both });
    expect(read.body.balance).toBe(11);
  });

  it('changes the tag, and until then spares the body', async () => {
    const ada = await as('ada');
    const id = fresh();
    const opened = await write(ada, `/account/${id}/open`, { currency: 'EUR' });
    for (const path of [
      `/views/account-balance/${id}`,
      `/views/account-statement/${id}`,
      '/views/account-balance?list=by-status&by=open&limit=100',
    ]) {
      const first = await patiently(ada, path, opened);
      expect(first.headers.get('etag'), path).toMatch(/^"r2-[0-9a-f]{12}-[\w.]+"$/);
    }
    const path = `/views/account-balance/${id}`;
    const known = { 'if-none-match': (await patiently(ada, path, opened)).headers.get('etag') ?? '' };
    expect(await ada('GET', path, undefined, known)).toMatchObject({ status: 304, body: {} });
    const deposited = await write(ada, `/account/${id}/deposit`, eur(1));
    expect(await patiently(ada, path, { ...known, ...deposited })).toMatchObject({ status: 200, body: { balance: 1 } });
  });

  it('is what the commands show that `npm start` ends with, pasted at once', async () => {
    const commands = demo
      .hint(theDeployment().api)
      .split('\n')
      .filter((line) => line.startsWith('  curl'));
    expect(commands).toHaveLength(3);
    const id = fresh();
    const script = commands.join('\n').replaceAll('my-first', id).replaceAll('/tmp/deposited', `/tmp/${id}`);
    const { stdout } = await run('bash', ['-c', `${script}\nrm /tmp/${id}`], {
      env: { ...process.env, TOKEN: await tokenOf('ada') },
    });
    expect(JSON.parse(`{${stdout.split('{').at(-1)}`)).toMatchObject({ id, balance: 1000 });
  });
});
