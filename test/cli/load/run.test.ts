import { describe, expect, it } from 'vitest';
import { manifest } from '../../../domains/index.ts';
import { callersOf } from '../../../lib/cli/load/callers.ts';
import { requestsOf } from '../../../lib/cli/load/mix.ts';
import { missedBounds, reportLines } from '../../../lib/cli/load/report.ts';
import { reportPage } from '../../../lib/cli/load/report-page.ts';
import { runLoad } from '../../../lib/cli/load/run.ts';
import type { LoadMix } from '../../../lib/core/declare/load.ts';

const mix: LoadMix = {
  setup: () => [{ category: 'account', command: 'Open', id: 'a1', body: { currency: 'EUR' } }],
  commands: [{ category: 'account', command: 'Deposit', id: () => 'a1', view: 'account-balance' }],
};
const problem = (kind: string, status: number) =>
  new Response(JSON.stringify({ type: `urn:foldstream:problem:${kind}`, status, detail: 'No.' }), { status });
const done = () => new Response('{}', { status: 201, headers: { 'consistency-token': 't1' } });

type Told = Readonly<{ path: string; headers: Headers }>;

const ran = async (answer: (asked: Told) => Response, { signal = new AbortController().signal, more = {} } = {}) => {
  const asked: Told[] = [];
  const fetched = async (url: string | URL | Request, init: RequestInit = {}) => {
    const told = { path: new URL(String(url)).pathname, headers: new Headers(init.headers) };
    asked.push(told);
    return answer(told);
  };
  const clock = { now: () => Date.now(), wait: async () => {}, random: () => 0.5 };
  const callers = new Map([['customer', { me: 'ada', token: async () => 'token-of-ada' }]]);
  const target = { api: 'http://api', callers, retryFor: 10_000, awaitedFor: 10_000, fetch: fetched as typeof fetch, clock };
  const plan = { target, requests: requestsOf({ manifest, mix, run: 'r1' }, () => 'ada'), run: 'r1', rate: 100, seconds: 1 };
  let now = 0;
  const loop = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
      await new Promise(setImmediate);
    },
  };
  const bar = () => ({ show: () => {}, end: () => {} });
  const figures = await runLoad({ ...plan, mostOpen: 1_000, visibleOneOf: 10, ...more }, bar, signal, loop);
  return { figures, asked };
};
const reportOf = (figures: Awaited<ReturnType<typeof ran>>['figures']) => ({
  ...figures,
  ...{ target: 'the test', rate: 100, seconds: 1, seed: 1, missed: missedBounds(figures, { p99: -1, errors: 0 }) },
});

describe('a run', () => {
  it('sends the set-up once, then each command under a key of its own, and reads one in ten until it is visible', async () => {
    const { figures, asked } = await ran(done);
    const commands = asked.filter(({ path }) => path.endsWith('/deposit'));
    expect(asked[0]!.path).toBe('/account/a1/open');
    expect(asked.filter(({ path }) => path.endsWith('/open')).length).toBe(1);
    expect(new Set(commands.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(100);
    expect(commands[0]!.headers.get('authorization')).toBe('Bearer token-of-ada');
    const reads = asked.filter(({ path }) => path === '/views/account-balance/a1');
    expect(reads.map(({ headers }) => headers.get('consistent-with'))).toEqual(Array(10).fill('t1'));
    expect(figures).toMatchObject({ sent: 100, errors: 0, refused: 0, retries: 0, statuses: { '201': 100 } });
    expect(figures.visible).toMatchObject([{ view: 'account-balance', failed: 0, latency: { count: 10 } }]);
  });

  it('counts each retry, and keeps refusals apart from errors', async () => {
    let n = 0;
    const { figures } = await ran(({ path }) => {
      if (!path.endsWith('/deposit')) return done();
      n += 1;
      if (n % 4 === 1) return problem('busy', 503);
      return n % 4 === 2 ? problem('insufficient-funds', 422) : n % 4 === 3 ? problem('forbidden', 403) : done();
    });
    expect(figures.sent).toBe(100);
    expect(figures.retries).toBeGreaterThan(20);
    expect(figures.refused).toBe(figures.statuses['422 insufficient-funds']);
    expect(figures.errors).toBe(figures.statuses['403 forbidden']);
    expect(figures.refused + figures.errors + figures.statuses['201']!).toBe(100);
  });

  it('ends at once where the API accepts no token, or the set-up fails', async () => {
    await expect(ran(() => problem('unauthorized', 401))).rejects.toThrow('The API does not accept the token of customer.');
    const only = (kind: string, status: number) =>
      ran(({ path }) => (path.endsWith('/deposit') ? problem(kind, status) : done()));
    await expect(only('unauthorized', 401)).rejects.toThrow('The API does not accept the token of customer.');
    await expect(ran(() => problem('account-not-open', 422))).rejects.toThrow(
      /POST \/account\/a1\/open was answered 422 account-not-open/,
    );
  });

  it('tells what it has when it is interrupted', async () => {
    const stop = new AbortController();
    let n = 0;
    const { figures } = await ran(
      () => {
        n += 1;
        if (n === 30) stop.abort();
        return done();
      },
      { signal: stop.signal },
    );
    expect(figures.interrupted).toBe(true);
    expect(figures.latency.count).toBe(figures.sent);
    expect(figures.sent).toBeLessThan(40);
  });

  it('is a report in text and on a page', async () => {
    const { figures } = await ran(({ path }) => (path.endsWith('/deposit') ? problem('<odd>', 403) : done()));
    const report = reportOf(figures);
    expect(report.missed).toEqual([expect.stringMatching(/^p99 is/), 'There were 100 errors: the bound is 0.']);
    expect(reportLines(report).join('\n')).toMatch(
      /100 requests to the test, at 100 a second[\s\S]+403 <odd> +100[\s\S]+the bound is 0/,
    );
    expect(reportLines({ ...report, unitsFailed: 'Rate exceeded' })).toContain('Units could not be read: Rate exceeded');
    const page = reportPage(report);
    expect(page).toContain('<td>100</td>');
    expect(page).toContain('403 &lt;odd&gt;');
    expect(page).not.toMatch(/<script|<odd>|(?:src|href)=/);
  });
});

describe('the callers', () => {
  const token = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

  it('are known by the tokens in the environment', async () => {
    const env = { FOLDSTREAM_TOKEN: token({ sub: 'ada' }), FOLDSTREAM_TOKEN_OPERATOR: token({ sub: 'olga' }) };
    const callers = await callersOf(['customer', 'operator'], false, env);
    expect([...callers].map(([name, { me }]) => [name, me])).toEqual([
      ['customer', 'ada'],
      ['operator', 'olga'],
    ]);
  });

  it('are asked for by the name of the variable, and must be tokens', async () => {
    await expect(callersOf(['customer'], false, {})).rejects.toMatchObject({
      hint: expect.stringContaining('FOLDSTREAM_TOKEN.'),
    });
    await expect(callersOf(['customer'], false, { FOLDSTREAM_TOKEN: 'secret' })).rejects.toThrow(
      'FOLDSTREAM_TOKEN is no access token.',
    );
  });
});
