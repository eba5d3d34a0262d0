import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { root } from '../../../lib/cli/local/deployment.ts';
import { foundByAxe } from '../../support/console/axe.ts';
import { signedIn } from '../../support/console/signed-in.ts';
import { eventually } from '../../support/eventually.ts';
import { as, type Call, fresh } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

const run = promisify(execFile);
const nasty = '<img src=x onerror=globalThis.wasRun=true>';

/** Runs a pasted test by vitest, as whoever pasted it would: answers what it printed. */
const pasted = async (text: string): Promise<string> => {
  const folder = await mkdtemp(join(root, '.cache', 'pasted-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'pasted.test.ts'), text);
  const { VITEST: _, VITEST_MODE: __, NODE_ENV: ___, ...env } = process.env;
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { stdout } = await run(process.execPath, [vitest, 'run', '--root', folder], {
    cwd: root,
    env: { ...env, NO_COLOR: '1' },
  });
  return stdout;
};

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const textOf = (page: Page, name: string) =>
  region(page, name)
    .textContent()
    .then((text) => text ?? '');

describe.runIf(overHttp())("the console's streams", () => {
  let [ada, operator]: [Call, Call] = [] as never;
  beforeAll(async () => {
    [ada, operator] = await Promise.all([as('ada'), as('operator')]);
  });

  it('are walked through time to find when a balance went wrong, which copied as a test runs green', async () => {
    const id = fresh();
    await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    for (const amount of [5_000, 700, 250]) await ada('POST', `/account/${id}/deposit`, { amount, currency: 'EUR' });
    await ada('POST', `/account/${id}/withdraw`, { amount: 4_900, currency: 'EUR' });
    await ada('POST', `/account/${id}/deposit`, { amount: 100, currency: 'EUR' });
    const { page, faults } = await signedIn(`streams/account/${id}`);
    await page.getByText('chain holds').waitFor();
    expect(await textOf(page, 'State at commit 6')).toContain('balance: 1050 1150');
    // Back by keys, until the balance is what it should be: the commit after that one did it.
    const commits = page.getByRole('listbox', { name: 'Commits' });
    await commits.focus();
    for (let at = 5; ; at--) {
      await commits.press('k');
      await region(page, `State at commit ${at}`).waitFor();
      if (!(await textOf(page, `State at commit ${at}`)).includes('balance: 5950 1050')) continue;
      break;
    }
    await page.waitForURL(/at=5/);
    expect(await textOf(page, 'Events')).toContain('"MoneyWithdrawn"');
    expect(await foundByAxe(page)).toEqual([]);
    // Any two states, side by side.
    await page.getByRole('button', { name: 'Compare with another commit' }).click();
    await page.getByLabel('Compared with commit').fill('2');
    await page.getByLabel('Compared with commit').press('Tab');
    await region(page, 'State at commit 2').waitFor();
    await eventually(
      () => textOf(page, 'State at commit 5'),
      (text) => text.includes('balance: 5000 1050'),
    );
    await page.getByRole('link', { name: 'Step through its code' }).click();
    await page.getByLabel('Through').selectOption('view:account-balance');
    await region(page, 'Row after').waitFor();
    await eventually(
      () => textOf(page, 'Row after'),
      (text) => text.includes('balance: 5950 1050'),
    );
    expect(await foundByAxe(page)).toEqual([]);
    for (const through of ['view:account-balance', 'decider']) {
      await page.getByLabel('Through').selectOption(through);
      await page.getByRole('button', { name: 'Copy as a test' }).click();
      const text = (await page.getByRole('region', { name: 'The test' }).textContent()) ?? '';
      expect(text).toContain('1050');
      expect(await pasted(text)).toMatch(/1 passed/);
      await expect(pasted(text.replaceAll('1050', '1051'))).rejects.toThrow();
    }
    expect(faults).toEqual([]);
  });

  it('take a command that was tried dry and then sent; what it is refused for is said; and data is text', async () => {
    const id = fresh();
    await operator('POST', `/product/${id}/list`, { name: nasty, description: '', currency: 'EUR', price: 350 });
    const { page, faults } = await signedIn(`streams/product/${id}/step`, { dark: true });
    await page.getByText(nasty).first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.evaluate('globalThis.wasRun')).toBeUndefined();
    const whatIf = region(page, 'What if');
    await whatIf.getByLabel('Command').selectOption('SetPrice');
    await whatIf.getByRole('textbox', { name: /^price/ }).fill('420');
    await whatIf.getByRole('textbox', { name: /^from/ }).fill('');
    await whatIf.getByRole('button', { name: 'Try it' }).click();
    await whatIf.getByText('It would append this event:').waitFor();
    expect((await operator('GET', `/streams/product/${id}`)).body).toMatchObject({ commits: [{ commit: 1 }] });
    await whatIf.getByRole('button', { name: 'Send it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send SetPrice' }).click();
    await page
      .getByRole('option', { name: /PriceSet/ })
      .nth(1)
      .waitFor();
    expect((await operator('GET', `/streams/product/${id}`)).body).toMatchObject({
      commits: [{ commit: 1 }, { commit: 2, events: [{ type: 'PriceSet', data: { price: 420 } }] }],
    });
    await whatIf.getByLabel('Command').selectOption('List');
    await whatIf.getByRole('button', { name: 'Try it' }).click();
    await whatIf.getByText('It would be refused').waitFor();
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
  });

  it('are found by what their commits are, on a narrow screen too', async () => {
    const id = fresh();
    const { body } = await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    expect(body).toMatchObject({ stream: `account-${id}` });
    const { page, faults } = await signedIn('streams?category=account&type=AccountOpened', { width: 400 });
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'read units' }).waitFor();
    const found = page.getByRole('link', { name: `account-${id}` });
    const further = page.getByRole('button', { name: 'Look further' });
    for (;;) {
      await found.or(further).first().waitFor();
      if ((await found.count()) > 0) break;
      await further.click();
    }
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('link', { name: `account-${id}` }).click();
    await page.getByText('chain holds').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(faults).toEqual([]);
  });
});
