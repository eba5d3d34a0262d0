import { type ConsoleConfig, consolePage, type PackedFile, type Site } from '../../core/operate/console.ts';
import { notFound } from '../../engine/problems.ts';
import { isKnown } from '../etag.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';

type Request = Pick<HttpRequest, 'route' | 'path' | 'headers'>;

/** The console of a deployment, as its function is given it. */
export type ConsoleFiles = Readonly<{
  site: Site;
  config: ConsoleConfig;
  /** The path of the API, with a slash at the end. */
  root: string;
  /** The origins beside its own that the page may call: where people sign in. */
  origins: readonly string[];
  /** The SHA-256 of a text in base64. */
  digest: (text: string) => string;
  /** The bytes of a compressed file, in base64. */
  plain: (file: PackedFile) => string;
}>;

/** True if an Accept-Encoding takes a coding: it is named, and not with a weight of nothing. */
const takes = (accepted: string | undefined, coding: string): boolean =>
  (accepted ?? '').split(',').some((one) => {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((each) => /^q=0(\.0*)?$/.test(each));
  });

/** A file, compressed as the caller takes it. A browser that has it is told so. */
export const fileAnswer = (
  file: PackedFile,
  { headers }: Pick<HttpRequest, 'headers'>,
  { cache, plain }: Readonly<{ cache: string; plain: (file: PackedFile) => string }>,
): HttpResponse => {
  const etag = `"${file.tag}"`;
  const all = { etag, 'cache-control': cache, vary: 'accept-encoding' };
  if (isKnown(headers['if-none-match'], etag)) return { status: 304, headers: all };
  const accepted = headers['accept-encoding'];
  const { type } = file;
  if (file.br !== undefined && takes(accepted, 'br'))
    return { status: 200, bytes: { type, base64: file.br }, headers: { ...all, 'content-encoding': 'br' } };
  if (takes(accepted, 'gzip'))
    return { status: 200, bytes: { type, base64: file.gzip }, headers: { ...all, 'content-encoding': 'gzip' } };
  return { status: 200, bytes: { type, base64: plain(file) }, headers: all };
};

/**
 * The page runs its own scripts and styles and calls its own API and the issuer, and nothing else. Its worker runs the domain's code, which is fetched with a
 * token and is no script of the page.
 */
const policyWith = (origins: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...origins].join(' '),
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Files whose names have a hash of what is in them. */
const hashed = 'assets/';

const forGood = 'public, max-age=31536000, immutable';
const askFirst = 'no-cache';

const policyOf = (path: string, origins: readonly string[]): HttpResponse['headers'] =>
  path.endsWith('.html') ? { 'content-security-policy': policyWith(origins) } : {};

/** Answers `GET /console` and everything below it. */
export const consoleAnswers = ({ site, config, root, origins, digest, plain }: ConsoleFiles) => {
  const content = JSON.stringify(config);
  const etag = `"${digest(content).slice(0, 22)}"`;
  const configured = { etag, 'cache-control': askFirst };
  return ({ route, path: { proxy: path = '' }, headers }: Request): HttpResponse => {
    // Not relative to the request's address: a gateway may take `/console/` for `/console`.
    if (route === 'GET /console')
      return { status: 302, headers: { location: `${root}${consolePage}`, 'cache-control': askFirst } };
    if (path === 'config.json')
      return isKnown(headers['if-none-match'], etag)
        ? { status: 304, headers: configured }
        : { status: 200, text: { type: 'application/json', content }, headers: configured };
    if (!Object.hasOwn(site, path)) throw notFound(`file '${path}' of the console`);
    const answer = fileAnswer(site[path]!, { headers }, { cache: path.startsWith(hashed) ? forGood : askFirst, plain });
    return { ...answer, headers: { ...answer.headers, ...policyOf(path, origins) } };
  };
};
