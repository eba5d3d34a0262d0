import { describe, expect, it } from 'vitest';
import { type Answer, as, caller, fresh, theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** Every problem is a document with a stable type, a title, the status, a sentence, and the id that finds its log lines. */
const expectProblem = ({ status, headers, body }: Answer, expected: number, kind: string) => {
  expect({ status, type: body.type }).toEqual({ status: expected, type: `urn:foldstream:problem:${kind}` });
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body.status).toBe(expected);
  expect(body.title).toEqual(expect.any(String));
  expect(body.detail).toMatch(/\.$|:/);
  expect(headers.get('x-correlation-id')).toBe(body.correlation);
};

describe.runIf(overHttp())('problems over HTTP', async () => {
  const ada = overHttp() ? await as('ada') : caller('', undefined);
  const open = async () => {
    const id = fresh();
    expect((await ada('POST', `/account/${id}/open`, { currency: 'EUR' })).status).toBe(201);
    return id;
  };

  it('400: not JSON', async () => expectProblem(await ada('POST', `/account/${fresh()}/open`, '{"currency":'), 400, 'not-json'));

  it('400: each field that does not fit, by path and reason', async () => {
    const answer = await ada('POST', `/account/${fresh()}/deposit`, { amount: 1.5, currency: 'eur', owner: 'me' });
    expectProblem(answer, 400, 'invalid-command');
    const paths = (answer.body.errors as { path: string; reason: string }[]).map(({ path }) => path);
    expect(paths).toEqual(['/amount', '/currency', '']);
  });

  it.each([
    ['an id', 'POST', '/account/-bad-/open', {}],
    ['If-Match', 'POST', '/account/x1/open', { 'if-match': 'five' }],
    ['Idempotency-Key', 'POST', '/account/x1/open', { 'idempotency-key': 'a b' }],
    ['limit', 'GET', '/views/account-balance?limit=0', {}],
    ['cursor', 'GET', '/views/account-balance?cursor=nonsense', {}],
    ['a stranger among the parameters', 'GET', '/views/account-balance?colour=red', {}],
    ['order', 'GET', '/views/account-statement/x1?order=up', {}],
  ] as const)('400: %s', async (_, method, path, headers) => {
    const answer = await ada(method, path, method === 'POST' ? { currency: 'EUR' } : undefined, headers);
    expectProblem(answer, 400, 'invalid-request');
  });

  it('401: a missing token, and a forged one, by the gateway and in its own shape', async () => {
    const { api } = theDeployment();
    const token = await tokenOf('ada');
    const [head, claims, signature = ''] = token.split('.');
    const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const forged = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString());
    const promoted = Buffer.from(JSON.stringify({ ...forged, 'cognito:groups': ['operator'] })).toString('base64url');
    for (const bad of [undefined, 'nonsense', `${head}.${claims}.${other}`, `${head}.${promoted}.${signature}`]) {
      const answer = await caller(api, bad)('GET', '/views/account-balance');
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ message: 'Unauthorized' });
    }
    expect((await caller(api, token)('GET', '/views/account-balance')).status).toBe(200);
  });

  it('403: another user’s data can be neither read nor changed', async () => {
    const id = await open();
    const bob = await as('bob');
    expectProblem(await bob('POST', `/account/${id}/deposit`, eur(1)), 403, 'not-yours');
    expectProblem(await bob('GET', `/streams/account/${id}`), 403, 'not-yours');
    expectProblem(await bob('GET', `/streams/account/${id}/state?version=1`), 403, 'not-yours');
    expectProblem(await bob('GET', '/views/account-balance?owner=somebody'), 403, 'not-yours');
    const operator = await as('operator');
    expectProblem(await operator('POST', `/account/${id}/deposit`, eur(1)), 403, 'not-yours');
    expect((await operator('GET', `/streams/account/${id}`)).status).toBe(200);
  });

  it('404: no such command, view, row, category or stream', async () => {
    for (const [method, path] of [
      ['POST', '/account/x1/explode'],
      ['GET', '/views/nothing'],
      ['GET', `/views/account-balance/${fresh()}`],
      ['GET', '/streams/nothing/x1'],
      ['GET', `/streams/account/${fresh()}`],
    ] as const)
      expectProblem(await ada(method, path, method === 'POST' ? {} : undefined), 404, 'not-found');
  });

  it('405: a method that the path does not take, with those that it takes', async () => {
    const answer = await ada('POST', `/streams/account/${fresh()}`, {});
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toBe('GET');
    const nobody = await caller(theDeployment().api, undefined)('POST', '/health', {});
    expect(nobody.status).toBe(401);
  });

  it('412: a stale If-Match, with the version that is', async () => {
    const id = await open();
    await ada('POST', `/account/${id}/deposit`, eur(1), { 'if-match': '"1"' });
    const stale = await ada('POST', `/account/${id}/deposit`, eur(1), { 'if-match': '"1"' });
    expectProblem(stale, 412, 'stale-version');
    expect(stale.body.version).toBe(2);
  });

  it('413: a body that is too large', async () => {
    expectProblem(await ada('POST', `/account/${fresh()}/open`, { currency: 'E'.repeat(300_000) }), 413, 'body-too-large');
  });

  it('422: refused by the business, with what the caller needs to know', async () => {
    const id = await open();
    await ada('POST', `/account/${id}/deposit`, eur(50));
    const refused = await ada('POST', `/account/${id}/withdraw`, eur(80));
    expectProblem(refused, 422, 'insufficient-funds');
    expect(refused.body.balance).toBe(50);
    expectProblem(await ada('POST', `/account/${id}/open`, { currency: 'EUR' }), 422, 'already-open');
    expectProblem(await ada('POST', `/account/${id}/deposit`, { amount: 1, currency: 'USD' }), 422, 'currency-mismatch');
    expectProblem(await ada('POST', `/account/${id}/close`, { reason: 'no' }), 422, 'balance-not-zero');
  });

  it('422: a key used again for something else, and nothing is revealed; 403 for who may not send it at all', async () => {
    const id = await open();
    const key = { 'idempotency-key': fresh() };
    await ada('POST', `/account/${id}/deposit`, eur(5), key);
    const bob = await as('bob');
    const answers = [
      await ada('POST', `/account/${id}/deposit`, eur(6), key),
      await ada('POST', `/account/${id}/withdraw`, eur(5), key),
    ];
    for (const used of [key, { 'idempotency-key': fresh() }])
      expectProblem(await bob('POST', `/account/${id}/deposit`, eur(5), used), 403, 'not-yours');
    for (const answer of answers) {
      expectProblem(answer, 422, 'idempotency-key-reused');
      expect(Object.keys(answer.body).sort()).toEqual(['correlation', 'detail', 'status', 'title', 'type']);
    }
  });
});
