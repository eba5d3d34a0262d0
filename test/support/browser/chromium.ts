import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import type { Visit, Visited } from './page.ts';

const executablePath = '/usr/bin/chromium';

/** Installs Debian's Chromium where there is none. */
const installed = (): string => {
  if (existsSync(executablePath)) return executablePath;
  try {
    execFileSync('apt-get', ['update'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error(
      `${executablePath} is missing, and apt-get could not install it. Install Chromium there and run the test again.`,
      {
        cause,
      },
    );
  }
  return executablePath;
};

/** A browser that is closed by whoever asked for it. */
export const launched = (...args: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath: installed(), args: ['--no-sandbox', ...args] });

/** Runs the page in Chromium, as a site of its own origin, and hands back what it saw. */
export const visitedFrom = async (origin: string, visit: Visit): Promise<Visited> => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
  });
  // A site on the web may ask before it calls this machine; Chromium asks nobody where there is no window.
  const browser = await launched('--disable-features=LocalNetworkAccessChecks');
  try {
    const page = await browser.newPage();
    await page.route(`${origin}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Shop</title>' }),
    );
    await page.goto(`${origin}/`);
    await page.addScriptTag({ content: outputFiles[0]!.text });
    return await page.evaluate(`visited(${JSON.stringify(visit)})`);
  } finally {
    await browser.close();
  }
};
