import type { Manifest } from '../../core/manifest.ts';
import { unroutedPath } from '../../engine/headers.ts';
import { notFound } from '../../engine/problems.ts';
import { isKnown } from '../etag.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import { answerUnrouted } from '../unrouted.ts';
import { page } from './docs-page.ts';
import { script } from './docs-script.ts';
import { style } from './docs-style.ts';
import { type Described, openApi, operationsOf } from './document.ts';

/** The SHA-256 of a text in base64. */
export type Digest = (text: string) => string;

/** The page runs its own script and style, asks its own API, and nothing else: whatever an answer contains cannot run. */
const policyWith = (digest: Digest) =>
  [
    "default-src 'none'",
    `script-src 'sha256-${digest(script)}'`,
    `style-src 'sha256-${digest(style)}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

type Made = Readonly<{ type: string; content: string; etag: string; headers?: HttpResponse['headers'] }>;

const made = (digest: Digest, type: string, content: string, headers?: HttpResponse['headers']): Made => ({
  type,
  content,
  etag: `"${digest(content).slice(0, 22)}"`,
  ...(headers && { headers }),
});

/** The seconds for which the description may be kept: it changes with a deployment only. */
const freshSeconds = 60;

/** Answers `GET /openapi.json` and `GET /docs`, which are made when the function starts, and the requests that fit no operation of the description. */
export const describing = (manifest: Manifest, described: Omit<Described, 'server'>, digest: Digest) => {
  // Relative to the description's own address: an API may be deployed below a prefix.
  const document = openApi(manifest, { ...described, server: '.' });
  const known: Readonly<Record<string, Made>> = {
    'GET /openapi.json': made(digest, 'application/json', JSON.stringify(document)),
    'GET /docs': made(digest, 'text/html; charset=utf-8', page(document), { 'content-security-policy': policyWith(digest) }),
  };
  const unrouted = answerUnrouted(operationsOf(manifest, described));
  return (request: Pick<HttpRequest, 'route' | 'headers' | 'path' | 'correlation'>): HttpResponse => {
    const { route, headers } = request;
    if (route.endsWith(` ${unroutedPath}`)) return unrouted(request);
    const found = known[route];
    if (!found) throw notFound(`route '${route}'`);
    const { type, content, etag } = found;
    const all = { ...found.headers, etag, 'cache-control': `public, max-age=${freshSeconds}` };
    return isKnown(headers['if-none-match'], etag)
      ? { status: 304, headers: all }
      : { status: 200, text: { type, content }, headers: all };
  };
};
