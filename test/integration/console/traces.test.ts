import { beforeAll, describe, expect, it } from 'vitest';
import { foundByAxe } from '../../support/console/axe.ts';
import { consoleAt, signedIn } from '../../support/console/signed-in.ts';
import { as, type Call, fresh } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

describe.runIf(overHttp())('the traces of the console', () => {
  let ada: Call;
  const correlation = fresh();
  const [from, to, id] = [fresh(), fresh(), fresh()];
  const done = async (path: string, body: object, headers = {}) => {
    const answer = await ada('POST', path, body, headers);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  };
  beforeAll(async () => {
    ada = await as('ada');
    for (const account of [from, to]) await done(`/account/${account}/open`, { currency: 'EUR' });
    await done(`/account/${from}/deposit`, { amount: 300, currency: 'EUR' });
    const transfer = { from, to, amount: 120, currency: 'EUR' };
    await done(`/transfer/${id}/request`, transfer, { 'x-correlation-id': correlation });
  });

  it('are asked for by a correlation, followed while something waits, and drawn; each commit leads to its stream', async () => {
    const { page, faults } = await signedIn('traces');
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByLabel('Correlation id').fill(correlation);
    await page.getByLabel('Correlation id').press('Enter');
    // It is looked at while it runs: nobody reloads the page.
    await page.getByText('Nothing waits.').waitFor();
    await page.getByText('ended: completed', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'TransferCompleted' }).count()).toBe(1);
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('link', { name: 'TransferRequested' }).first().click();
    const detail = page.getByRole('complementary');
    expect(await detail.getByRole('link', { name: 'The stream at this commit' }).getAttribute('href')).toBe(
      `#/streams/transfer/${id}?at=1`,
    );
    expect(page.url()).toContain(encodeURIComponent(`transfer-${id}@1`));
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults.filter((line) => !line.includes('404'))).toEqual([]);
  });

  it('are seen over time in the other tab, whose address keeps the chosen commit; narrow, too', async () => {
    const { page } = await signedIn(`traces/${correlation}?as=waterfall&commit=account-${to}%402`, { width: 400 });
    await page.getByRole('list', { name: /Commits, each below/ }).waitFor();
    expect(
      await page
        .getByRole('list', { name: /Commits, each below/ })
        .getByRole('listitem')
        .count(),
    ).toBe(9);
    expect(await page.getByRole('complementary').textContent()).toContain('MoneyCredited');
    expect(await foundByAxe(page)).toEqual([]);
    expect(await page.evaluate('document.querySelector("main").scrollWidth <= document.querySelector("main").clientWidth')).toBe(
      true,
    );
    await page.getByRole('link', { name: 'Graph' }).click();
    await page.waitForURL(/commit=account/);
  });

  it('of 500 commits are drawn at once, and say what is missing and that there is more', async () => {
    const commits = 500;
    const from = new Date().toISOString();
    const stepOf = (i: number): object => ({
      ...{ stream: `account-${i % 50}`, commit: i + 1, version: i + 1, at: from, afterMilliseconds: i * 7, came: 'send' },
      ...{ command: `process/p-1/${i}/1`, actor: 'p', events: ['MoneyCredited'], says: 'Credit: MoneyCredited' },
      followed: 2 * i + 2 < commits ? [stepOf(2 * i + 1), stepOf(2 * i + 2)] : [],
    });
    const made = { correlation: 'made-up', from, milliseconds: 3_500, commits, instances: [], waits: [], cut: true };
    const missing = [{ stream: 'account-lost', commit: 7 }];
    const { page } = await signedIn('traces');
    await page.route('**/ops/trace/made-up', (route) => route.fulfill({ json: { ...made, steps: [stepOf(0)], missing } }));
    const drawn = async (place: string, selector: string) => {
      const before = performance.now();
      await page.goto(consoleAt(place));
      await page
        .locator(selector)
        .nth(commits - 2)
        .waitFor({ state: 'attached' });
      return Math.round(performance.now() - before);
    };
    const [graph, waterfall] = [
      await drawn('traces/made-up', 'a.node'),
      await drawn('traces/made-up?as=waterfall', '.waterfall a.line'),
    ];
    console.log(`A trace of ${commits} commits: ${graph} ms to its graph, ${waterfall} ms from there to its waterfall`);
    await page.getByText('There is more than a trace holds').waitFor();
    expect(await page.getByRole('link', { name: 'account-lost #7' }).getAttribute('href')).toBe(
      '#/streams/account/lost?commit=7',
    );
  });

  it('of an id that nothing has say so, and what it may mean', async () => {
    const { page } = await signedIn(`traces/${fresh()}`);
    await page.getByText('Nothing has this correlation yet').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
  });
});
