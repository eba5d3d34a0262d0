import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { ConsoleConfig } from '../../../lib/core/operate/console.ts';
import { domainOptions } from '../../../lib/infra/code/bundle.ts';
import { builtConsole } from '../../../lib/infra/code/console-build.ts';
import { typeOf } from '../../../lib/infra/code/console-files.ts';

/** Answers a request of the page; undefined where it knows nothing. */
export type Made = (path: string, query: URLSearchParams) => object | undefined;

const config: ConsoleConfig = {
  ...{ app: 'shop', stage: 'dev', stack: 'shop-dev', region: 'eu-central-1', isProtected: false, isLocal: true },
  rolesClaim: 'cognito:groups',
  signIn: { kind: 'paste' },
};

const scriptOf = async (manifest: string | URL): Promise<string> => {
  const { outputFiles } = await build(domainOptions(manifest));
  return outputFiles[0]!.text;
};

export type Served = Readonly<{ url: string; close: () => void }>;

/** The console as it is deployed, its production build, over an API whose answers are made up: for histories that no deployment has. */
export const served = async (made: Made): Promise<Served> => {
  const folder = await builtConsole();
  if (folder === undefined) throw new Error('There is no console.');
  const script = await scriptOf(new URL('../../../domains/index.ts', import.meta.url));
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://made.up');
    const answer = (status: number, type: string, body: string | Buffer) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    if (pathname === '/console/config.json') return answer(200, 'application/json', JSON.stringify(config));
    if (pathname === '/ops/console/domain.js') return answer(200, 'text/javascript', script);
    if (pathname.startsWith('/console/')) {
      const file = await readFile(join(folder, pathname.slice('/console/'.length))).catch(() => undefined);
      return file ? answer(200, typeOf(pathname), file) : answer(404, 'text/plain', '');
    }
    const body = made(pathname, searchParams);
    return answer(body ? 200 : 404, 'application/json', JSON.stringify(body ?? { status: 404, title: `No ${pathname}` }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
};

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = [{ alg: 'none' }, { sub: 'op', username: 'operator', 'cognito:groups': ['operator'], exp: 4_000_000_000 }]
  .map(base64url)
  .join('.');

/** A page of it for an operator who is signed in; `script` runs before the page's own code. */
export const openServed = async (browser: Browser, { url }: Served, place: string, script = ''): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const kept = JSON.stringify(JSON.stringify({ access: `${token}.` }));
  await page.addInitScript(`sessionStorage.setItem('foldstream.tokens', ${kept});${script}`);
  await page.goto(`${url}/console/index.html#/${place}`);
  return page;
};
