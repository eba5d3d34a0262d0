import type { Browser } from 'playwright-core';
import { demoToken, localDeployment } from '../../lib/cli/local/deployment.ts';
import { launched } from '../support/browser/chromium.ts';
import { printLists } from './console-lists.ts';

/** How much slower than this machine the browser's processor is made. */
const throttled = 4;
const runs = 10;

type Opened = Readonly<{ bytes: number; seen: number; interactive: number; picture: number }>;

/** What the page itself knows of its own beginning (milliseconds since it was asked for), and the bytes that came over the network. */
const asked = `({
  seen: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  now: performance.now(),
})`;

/** Opens the first screen in a browser that has nothing of it, as an operator who is signed in. */
const openOnce = async (browser: Browser, url: string, token: string): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: throttled });
    await session.send('Network.enable');
    let bytes = 0;
    const files = new Set<string>();
    session.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.url.includes('/console/')) files.add(requestId);
    });
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (files.has(requestId)) bytes += encodedDataLength;
    });
    const kept = JSON.stringify(JSON.stringify({ access: token }));
    await page.addInitScript(`sessionStorage.setItem('foldstream.tokens', ${kept})`);
    await page.goto(url);
    // The rail takes clicks and keys as soon as it is there.
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').first().waitFor();
    const { seen, now: interactive } = (await page.evaluate(asked)) as { seen: number; now: number };
    await page.locator('.picture .box').first().waitFor();
    const { now: picture } = (await page.evaluate(asked)) as { now: number };
    return { bytes, seen, interactive, picture };
  } finally {
    await context.close();
  }
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const printFirstPage = async (browser: Browser): Promise<void> => {
  const { api, ...deployment } = localDeployment();
  const token = await demoToken({ api, ...deployment }, 'operator');
  const all: Opened[] = [];
  for (let run = 0; run <= runs; run++) {
    const opened = await openOnce(browser, `${api}/console/index.html`, token);
    // The first one starts functions.
    if (run > 0) all.push(opened);
  }
  const of = (name: keyof Opened) => Math.round(median(all.map((each) => each[name])));
  console.log(`The console's first page, with a processor ${throttled} times slower, median of ${runs}:`);
  console.log(`  ${of('bytes').toLocaleString('en-GB')} bytes, compressed, with headers`);
  console.log(`  ${of('seen')} ms until something is seen`);
  console.log(`  ${of('interactive')} ms until it takes clicks and keys`);
  console.log(`  ${of('picture')} ms until the picture of the deployment is there, with its answer from the API`);
};

const browser = await launched();
try {
  await printLists(browser);
  // The lists need no deployment; the first page is that of the running one.
  if (!process.argv.includes('--lists')) await printFirstPage(browser);
} finally {
  await browser.close();
}
