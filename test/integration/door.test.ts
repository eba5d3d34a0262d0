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
