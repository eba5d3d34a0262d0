import { globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../docs/site/repository.ts';
import { run } from '../../lib/cli/terminal/run.ts';
import { launched } from '../support/browser/chromium.ts';

const base = '/foldstream/';
const dist = join(root, 'docs/.vitepress/dist');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

let files: ReadonlySet<string>;
let server: Server;
let origin: string;
let browser: Browser;
let page: Page;
const asked: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  // As the workflow builds it: below the repository's name.
  await run(process.execPath, [join(root, 'docs/site/run.ts'), 'build'], { cwd: root, env: { ...process.env, DOCS_BASE: base } });
  files = new Set(globSync('**/*.*', { cwd: dist }));
  server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://site').pathname);
    const wanted = path.endsWith('/') ? `${path}index.html` : path;
    const file = wanted.startsWith(base) ? wanted.slice(base.length) : undefined;
    const found = [file, `${file}.html`].find((each) => each !== undefined && files.has(each));
    if (found === undefined) return response.writeHead(404).end();
    return response
      .writeHead(200, { 'content-type': types[extname(found)] ?? 'application/octet-stream' })
      .end(readFileSync(join(dist, found)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launched();
  page = await browser.newPage();
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe('the site, as it is published, in a browser', () => {
  it('is found through by its sidebar and its links', async () => {
    await page.goto(`${origin}${base}`);
    await page.getByRole('link', { name: 'Getting started' }).first().click();
    await page.waitForURL('**/guides/getting-started*');
    await page.getByRole('heading', { level: 1, name: 'Getting started' }).waitFor();
    await page.locator('.VPSidebar').getByRole('link', { name: 'Upgrading' }).click();
    await page.getByRole('heading', { level: 1, name: 'Upgrading' }).waitFor();
    await page.locator('main').getByRole('link', { name: 'changelog' }).click();
    await page.getByRole('heading', { level: 1, name: 'Changelog' }).waitFor();
  });

  it('finds a word that stands in one of its pages, and leads there', async () => {
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.locator('.VPLocalSearchBox input').fill('openapi-python-client');
    await page.locator('.VPLocalSearchBox .result').first().click();
    await page.waitForURL('**/guides/clients*');
    await page.getByRole('heading', { name: 'Other languages' }).waitFor();
  });

  it('has no link to a page or a heading that is not there', () => {
    const html = new Map(
      [...files].filter((file) => file.endsWith('.html')).map((file) => [file, readFileSync(join(dist, file), 'utf8')]),
    );
    expect(html.size).toBeGreaterThan(50);
    const ids = new Map(
      [...html].map(([file, text]) => [file, new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))]),
    );
    const dead: string[] = [];
    let links = 0;
    for (const [file, text] of html)
      for (const [, href = ''] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) {
        const url = new URL(href.replaceAll('&amp;', '&'), `http://site${base}${file}`);
        if (url.host !== 'site') continue;
        links++;
        const path = decodeURIComponent(url.pathname.slice(base.length)).replace(/(^|\/)$/, '$1index.html');
        const target = [path, `${path}.html`].find((each) => files.has(each));
        const anchor = decodeURIComponent(url.hash.slice(1));
        if (
          !url.pathname.startsWith(base) ||
          target === undefined ||
          (anchor !== '' && ids.has(target) && !ids.get(target)!.has(anchor))
        )
          dead.push(`${file}: ${href}`);
      }
    expect(links).toBeGreaterThan(1_000);
    expect(dead).toEqual([]);
  });

  it('asked no other address for anything, and said nothing on the console', () => {
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((url) => !url.startsWith(`${origin}${base}`) && !/^(data|blob):/.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
