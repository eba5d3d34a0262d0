import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launched } from '../support/browser/chromium.ts';
import { longAccount } from '../support/console/chained.ts';
import { instancePages, storedPages } from '../support/console/made-up.ts';
import { openServed, type Served, served } from '../support/console/served.ts';
import { seenSince, watching } from '../support/console/watched.ts';

const long = 10_000;

/** The page does little at once, whatever the list is as long as: no time decides here. `npm run bench:console` shows the times. */
describe('a long list', () => {
  let browser: Browser;
  let site: Served;
  beforeAll(async () => {
    const made = [storedPages(longAccount('a1', long)), instancePages(100_000, (page) => page % 3 === 2)];
    [browser, site] = await Promise.all([
      launched(),
      served((path, query) => made.map((each) => each(path, query)).find((answer) => answer !== undefined)),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });
  const opened = async (place: string): Promise<Page> => {
    const page = await openServed(browser, site, place, watching);
    onTestFinished(() => page.context().close());
    return page;
  };

  it('of 10,000 commits is handed over in small pieces, shown by what is in sight, and stepped through one answer at a time', async () => {
    const page = await opened('streams/account/a1');
    await page.getByText('chain holds').waitFor();
    const stateAt = (commit: number) => page.getByRole('region', { name: `State at commit ${commit}`, exact: true }).waitFor();
    await stateAt(long);
    const loading = await seenSince(page);
    expect(loading.handed).toBeLessThanOrEqual(200);
    expect(loading.handed).toBeGreaterThan(0);
    expect(loading.rows).toBeLessThanOrEqual(40);

    const list = page.getByRole('listbox', { name: 'Commits' });
    await list.focus();
    await seenSince(page);
    for (let at = long - 1; at > long - 40; at--) {
      await list.press('k');
      await stateAt(at);
    }
    const stepping = await seenSince(page);
    expect(stepping.rows).toBeLessThanOrEqual(40);

    for (const [key, at] of [
      ['Home', 1],
      ['End', long],
      ['Home', 1],
    ] as const) {
      await list.press(key);
      await stateAt(at);
      await page.locator(`#commit-${at}`).waitFor();
    }
    await list.evaluate((element) => Object.assign(element, { scrollTop: 46 * 5_000 }));
    await page.locator('#commit-5005').waitFor();
    const jumping = await seenSince(page);
    expect(jumping.rows).toBeLessThanOrEqual(40);
    expect([loading, stepping, jumping].map(({ layouts, scrolls }) => layouts + scrolls)).toEqual([0, 0, 0]);
    expect([stepping.asked, jumping.asked]).toEqual([1, 1]);

    // Whoever is quicker than the code waits for one answer, and not for each.
    await page.evaluate('hold()');
    for (let at = 2; at < 12; at++) {
      await list.press('j');
      await page.getByText(`${at} / ${long}`, { exact: true }).waitFor();
    }
    await page.evaluate('release()');
    await stateAt(11);
    expect(await seenSince(page)).toMatchObject({ asked: 1, steps: 2 });
  });

  it('of 100,000 instances has a page of them on the page, however far one goes, and draws each once', async () => {
    const page = await opened('processes?status=running');
    const session = await page.context().newCDPSession(page);
    const first = (instance: string) => page.getByRole('row').nth(1).getByRole('link', { name: instance, exact: true }).waitFor();
    const nodes = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Memory.getDOMCounters')).nodes;
    };
    await first('i0');
    const next = page.getByRole('link', { name: 'Next page' });
    const sizes: number[] = [];
    await seenSince(page);
    for (let from = 0, turn = 0; turn < 12; turn++) {
      await next.click();
      from += from % 150 === 50 ? 100 : 50;
      await first(`i${from}`);
      expect(await page.getByRole('row').count()).toBe(51);
      expect((await seenSince(page)).drawn).toBe(50);
      sizes.push(await nodes());
    }
    // What earlier pages were made of is gone.
    expect(sizes.at(-1)).toBeLessThan(1.5 * sizes[1]!);
    await page.getByRole('button', { name: 'Previous page' }).click();
    await first('i800');
    await page.goto(`${site.url}/console/index.html#/processes?status=running&cursor=99950`);
    await first('i99950');
    await page.getByText('This is the last page.').waitFor();
  });
});
