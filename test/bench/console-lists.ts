import type { Browser, Page } from 'playwright-core';
import { longAccount } from '../support/console/chained.ts';
import { instancePages, storedPages } from '../support/console/made-up.ts';
import { openServed, type Served, served } from '../support/console/served.ts';

const commits = 10_000;
const instances = 100_000;

/** Of the page's own thread, in milliseconds: how long its longest task took, and how much of that was processor time. */
type Longest = Readonly<{ wall: number; processor: number; over: number }>;

type TraceEvent = Readonly<{
  name: string;
  ph: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}>;

/** Nobody notices a pause that is shorter. */
const pause = 50;

const longestIn = (traced: Buffer): Longest => {
  const { traceEvents } = JSON.parse(traced.toString()) as { traceEvents: readonly TraceEvent[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && threads.has(`${pid}/${tid}`),
  );
  const most = (of: (task: TraceEvent) => number | undefined) =>
    Math.round(Math.max(0, ...tasks.map((each) => of(each) ?? 0)) / 1_000);
  // Two names of one task are one inside the other.
  const outer = tasks.filter(({ name }) => name === 'ThreadControllerImpl::RunTask');
  return {
    ...{ wall: most(({ dur }) => dur), processor: most(({ tdur }) => tdur) },
    over: outer.filter(({ tdur = 0 }) => tdur > pause * 1_000).length,
  };
};

const settled = (page: Page, commit: number) =>
  page.getByRole('region', { name: `State at commit ${commit}`, exact: true }).waitFor();
const list = (page: Page) => page.getByRole('listbox', { name: 'Commits' });

/** What is done with a stream that is open at its last commit, which is where each of these ends. */
const acts: Readonly<Record<string, (page: Page, site: Served) => Promise<unknown>>> = {
  loading: async (page) => {
    await page.evaluate("location.hash = '#/streams/account/a1'");
    await page.getByText('chain holds').waitFor();
    await settled(page, commits);
  },
  scrolling: async (page) => {
    await list(page).hover();
    for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(0, -700);
  },
  jumping: async (page) => {
    await list(page).focus();
    for (const [key, at] of Array.from({ length: 6 }, () => [['Home', 1] as const, ['End', commits] as const]).flat()) {
      await list(page).press(key);
      await settled(page, at);
    }
    // Anywhere in the list, by its scroll bar: a frame after the other.
    for (let turn = 1; turn <= 30; turn++) {
      const top = ((turn * 7_919) % commits) * 46;
      await list(page).evaluate((element, to) => Object.assign(element, { scrollTop: to }), top);
      await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
    }
  },
  stepping: async (page) => {
    await list(page).press('End');
    for (let turn = 1; turn <= 100; turn++) await list(page).press('k');
    await settled(page, commits - 100);
  },
  'listing instances': async (page) => {
    await page.evaluate("location.hash = '#/processes?status=running'");
    for (let from = 0; from < 1_000; from += 50) {
      await page.getByRole('link', { name: `i${from}`, exact: true }).waitFor();
      await page.getByRole('link', { name: 'Next page' }).click();
    }
  },
};

const measured = async (browser: Browser, site: Served, rate: number): Promise<readonly (readonly [string, Longest])[]> => {
  const page = await openServed(browser, site, 'streams');
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  await page.getByRole('heading', { name: 'Streams', exact: true }).waitFor();
  const longest: (readonly [string, Longest])[] = [];
  for (const [name, act] of Object.entries(acts)) {
    await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
    await act(page, site);
    longest.push([name, longestIn(await browser.stopTracing())]);
  }
  await page.context().close();
  return longest;
};

/** The longest task while a long stream is looked at, over made-up answers and the production build. */
export const printLists = async (browser: Browser, rates: readonly number[] = [1, 2, 4]): Promise<void> => {
  const made = [storedPages(longAccount('a1', commits)), instancePages(instances)];
  const site = await served((path, query) => made.map((each) => each(path, query)).find((answer) => answer !== undefined));
  console.log(
    `A stream of ${commits.toLocaleString('en-GB')} commits and ${instances.toLocaleString('en-GB')} instances, the longest task:`,
  );
  try {
    for (const rate of rates) {
      console.log(`  with a processor ${rate} times slower`);
      for (const [name, { wall, processor, over }] of await measured(browser, site, rate))
        console.log(`    ${name}: ${processor} ms of processor time, ${wall} ms in all; ${over} over ${pause} ms`);
    }
  } finally {
    site.close();
  }
};
