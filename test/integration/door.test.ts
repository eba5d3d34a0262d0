import { describe, expect, it } from 'vitest';
import { as, fresh, theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { pageOrigin } from './setup.ts';

const listed = (headers: Headers, name: string) => (headers.get(name) ?? '').toLowerCase().split(',');

describe.runIf(overHttp())('a dry run', () => {
  it('tells what the command would append, and stores nothing', async () => {
    const ada = await as('ada');
    const id = fresh();
    const open = (headers = {}) => ada('POST', `/account/${id}/open`, { currency: 'EUR' }, headers);
    const { status, headers, body } = await open({ 'dry-run': 'true' });
    expect([status, headers.get('etag'), body]).toMatchObject([
      200,
      '"0"',
      { dryRun: true, version: 1, events: [{ type: 'AccountOpened', version: 1, data: { currency: 'EUR' } }] },
    ]);
    expect((await ada('GET', `/streams/account/${id}`)).status).toBe(404);
    expect((await open()).status).toBe(201);
    expect((await open({ 'dry-run': 'true' })).body.type).toBe('urn:foldstream:problem:already-open');
  });
});

describe.runIf(overHttp())('a batch', () => {
  it('answers each of its commands, and the same when it is sent again', async () => {
    const ada = await as('ada');
    const [id, other] = [fresh(), fresh()];
    const commands = [
      { id, command: 'open', key: 'o', body: { currency: 'EUR' } },
      { id: other, command: 'deposit', key: 'd', body: { amount: 1, currency: 'EUR' } },
      { id, command: 'deposit', key: 'd', body: { amount: 5, currency: 'EUR' } },
    ];
    const first = await ada('POST', '/account/batch', { commands });
    const answers = first.body.answers as { status: number; body: { version: number } }[];
    expect(answers.map(({ status, body }) => [status, body.version])).toEqual([
      [201, 1],
      [422, undefined],
      [200, 2],
    ]);
    expect(
      ((await ada('POST', '/account/batch', { commands })).body.answers as { headers: object }[]).map(({ headers }) => headers),
    ).toEqual((first.body.answers as { headers: object }[]).map(({ headers }) => headers));
  });
});

describe.runIf(overHttp())('a page of another origin', () => {
  it('may send a command with its headers and read those of the answer, if its origin is named; another one may not', async () => {
    const { api } = theDeployment();
    const address = `${api}/account/${fresh()}/open`;
    const asked = (origin: string) =>
      fetch(address, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,idempotency-key,if-match',
        },
      });
    const { headers: permission } = await asked(pageOrigin);
    expect(permission.get('access-control-allow-origin')).toBe(pageOrigin);
    expect(permission.get('access-control-allow-credentials')).toBeNull();
    expect(listed(permission, 'access-control-allow-headers')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'if-match']),
    );
    expect((await asked('https://other.example.com')).headers.get('access-control-allow-origin')).toBeNull();

    const authorization = `Bearer ${await tokenOf('ada')}`;
    const sent = (origin: string) =>
      fetch(address, { method: 'POST', headers: { origin, authorization }, body: '{"currency":"EUR"}' });
    const { status, headers } = await sent(pageOrigin);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([201, pageOrigin]);
    expect(listed(headers, 'access-control-expose-headers')).toEqual(
      expect.arrayContaining(['etag', 'consistency-token', 'x-correlation-id']),
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    // The page may read why it was refused, too.
    const refused = await sent(pageOrigin);
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([422, pageOrigin]);
    expect((await sent('https://other.example.com')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
