import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../lib/core/problem.ts';
import { answerUnrouted } from '../../lib/http/unrouted.ts';

const answer = answerUnrouted([
  { method: 'get', path: '/ops/rebuilds' },
  { method: 'post', path: '/ops/rebuilds' },
  { method: 'post', path: '/account/{id}/open' },
  { method: 'get', path: '/openapi.json' },
]);
const ask = (method: string, proxy: string) => answer({ route: `${method} /{proxy+}`, path: { proxy }, correlation: 'c' });

describe('a request that no route fits', () => {
  it.each([
    ['PUT', 'ops/rebuilds', 'GET, POST'],
    ['DELETE', 'account/a%2F1/open', 'POST'],
    ['HEAD', 'openapi.json', 'GET'],
  ])('by %s %s is answered with 405 and the methods that the path takes', (method, proxy, allow) => {
    expect(ask(method, proxy)).toEqual({
      status: 405,
      headers: { 'content-type': 'application/problem+json', allow },
      body: {
        type: 'urn:foldstream:problem:method-not-allowed',
        title: 'Method not allowed',
        status: 405,
        detail: `This path takes ${allow}, not ${method}.`,
        correlation: 'c',
      },
    });
  });

  it.each(['account/a/b/open', 'account//open', 'openapixjson', 'unknown', ''])(
    'by a path that takes no method is not found: %s',
    (proxy) => {
      expect(() => ask('PUT', proxy)).toThrow(ProblemError);
      expect(() => ask('PUT', proxy)).toThrow('There is no path');
    },
  );
});
