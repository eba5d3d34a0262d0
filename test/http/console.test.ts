import { describe, expect, it } from 'vitest';
import { consoleAnswers } from '../../lib/http/console/files.ts';
import { consoleOfTests } from '../support/console/files.ts';

const answers = consoleAnswers({ ...consoleOfTests, digest: (text) => `digest-of-${text.length}-and-more-than-that` });
const get = (proxy: string, headers: Readonly<Record<string, string>> = {}) =>
  answers({ route: 'GET /console/{proxy+}', path: { proxy }, headers });

describe('the files of the console', () => {
  it('begin at a page that has a name of its own', () =>
    expect(answers({ route: 'GET /console', path: {}, headers: {} })).toEqual({
      status: 302,
      headers: { location: '/console/index.html', 'cache-control': 'no-cache' },
    }));

  it('are kept for good under names with a hash, and asked for each time under others', () => {
    expect(get('assets/index-abc.js').headers?.['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(get('index.html').headers?.['cache-control']).toBe('no-cache');
    expect(get('config.json').headers?.['cache-control']).toBe('no-cache');
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br', 'YnI='],
    ['br;q=0, gzip', 'gzip', consoleOfTests.site['index.html']!.gzip],
    ['br;q=0.0, gzip;q=0', undefined, Buffer.from('<!doctype html>').toString('base64')],
    ['', undefined, Buffer.from('<!doctype html>').toString('base64')],
    ['BR', 'br', 'YnI='],
  ])('come compressed as the caller takes them: %j', (accepted, encoding, base64) => {
    const { bytes, headers } = get('index.html', { 'accept-encoding': accepted });
    expect([headers?.['content-encoding'], bytes?.base64, headers?.vary]).toEqual([encoding, base64, 'accept-encoding']);
  });

  it('are not sent again to who has them', () => {
    for (const path of ['index.html', 'config.json', 'assets/index-abc.js']) {
      const { etag = '' } = get(path).headers ?? {};
      expect(get(path, { 'if-none-match': etag })).toMatchObject({ status: 304, headers: { etag } });
      expect(get(path, { 'if-none-match': etag })).not.toHaveProperty('bytes');
      expect(get(path, { 'if-none-match': '"another"' }).status).toBe(200);
    }
  });

  it('have a policy that lets the page run its own files, its own worker, and call its own API and the issuer', () =>
    expect(get('index.html').headers?.['content-security-policy']).toBe(
      [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self' https://id.example.com",
        'worker-src blob:',
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    ));

  it.each(['', 'assets/gone.js', '../index.html', 'constructor', '__proto__', 'site.json', 'domain.json'])(
    'are none but those that were built: %j',
    (path) => expect(() => get(path)).toThrow('of the console'),
  );

  it('say how people sign in, and no secret', () =>
    expect(JSON.parse(get('config.json').text?.content ?? '')).toEqual(consoleOfTests.config));
});
