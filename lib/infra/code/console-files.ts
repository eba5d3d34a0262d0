import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { BuildOptions, BuildResult, Plugin } from 'esbuild';
import type { PackedFile, Site } from '../../core/operate/console.ts';
import { builtConsole } from './console-build.ts';

/** The names of the files beside the code of a function. */
export const consoleFile = 'site.json';
export const domainFile = 'domain.json';

const [brotlied, gzipped] = [promisify(brotliCompress), promisify(gzip)];

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

const tagOf = (content: Buffer): string => createHash('sha256').update(content).digest('base64url').slice(0, 22);

export const typeOf = (name: string): string => {
  const type = types[extname(name)];
  if (type === undefined)
    throw new Error(`The console has a file of a type that is not known, ${name}: add it to console-files.ts.`);
  return type;
};

/** A file as it is served. The best compression takes a hundred times as long as the usual one, and is for files that many ask for. */
const packed = async (name: string, content: Buffer, best: boolean): Promise<PackedFile> => {
  const [small, smaller] = await Promise.all([
    gzipped(content, { level: best ? constants.Z_BEST_COMPRESSION : constants.Z_DEFAULT_COMPRESSION }),
    best ? brotlied(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }) : undefined,
  ]);
  return {
    type: typeOf(name),
    tag: tagOf(content),
    gzip: small.toString('base64'),
    ...(smaller && { br: smaller.toString('base64') }),
  };
};

const sites = new Map<string, Promise<string>>();

const siteIn = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const site: Record<string, PackedFile> = {};
  for (const file of files.sort())
    site[relative(folder, file).replaceAll(sep, '/')] = await packed(file, await readFile(file), true);
  return JSON.stringify(site satisfies Site);
};

/** The console's files as one, for its function. It is made once: its folder is named by what is in it. */
export const siteFile = async (): Promise<string> => {
  const folder = await builtConsole();
  if (folder === undefined || !existsSync(folder)) return '{}';
  const made = sites.get(folder) ?? siteIn(folder);
  sites.set(folder, made);
  return made;
};

/** A domain that cannot run in a browser says so to whoever calls it, and is deployed all the same: nothing but the console needs it there. */
const refusing = (cause: unknown): string => {
  const { errors = [] } = cause as { errors?: readonly Readonly<{ text: string; location?: { file: string } | null }>[] };
  const reasons = errors.map(({ text, location }) => (location ? `${location.file}: ${text}` : text)).slice(0, 3);
  const error = `The domain's code does not run in a browser: ${reasons.join('; ') || String(cause)}`;
  return `self.addEventListener('message',({data})=>self.postMessage({id:data.id,error:${JSON.stringify(error)}}));`;
};

/** Options of a bundle that a browser runs as a worker, by itself. */
export const inBrowser = (compiled: BuildOptions, entry: string, plugins: readonly Plugin[]) =>
  ({
    ...compiled,
    entryPoints: [entry],
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    plugins: [...plugins],
    write: false,
    metafile: false,
    logLevel: 'silent',
  }) as const satisfies BuildOptions;

/** The domain's code as a script, packed for the function that hands it out. */
export const packedDomain = async (script: string): Promise<string> =>
  JSON.stringify(await packed('domain.js', Buffer.from(script), false));

/** The script that a build of the domain's code makes, or the one that says why there is none. */
export const scriptOf = async (built: () => Promise<BuildResult<{ write: false }>>): Promise<string> => {
  try {
    const { outputFiles } = await built();
    return outputFiles[0]?.text ?? '';
  } catch (cause) {
    return refusing(cause);
  }
};
