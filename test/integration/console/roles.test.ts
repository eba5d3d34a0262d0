import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../../lib/cli/local/deployment.ts';
import { foundByAxe } from '../../support/console/axe.ts';
import { handsOn } from '../../support/console/keyboard.ts';
import { consoleAt, signedIn } from '../../support/console/signed-in.ts';
import { as, fresh } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

/** As they are registered. They are for a browser, so their file is read instead of run. */
const screens = [
  ...readFileSync(join(root, 'console/screens.ts'), 'utf8').matchAll(/at: '(\w+)',\s+name: '(.+?)',[^}]*?who: '(\w+)'/g),
].map(([, at = '', name = '', who = '']) => ({ at, name, who }));

/** What the console's screens for operators ask for first. */
const calls = [
  '/ops/flow',
  '/ops/streams',
  '/ops/projections',
  '/ops/dead-letters',
  '/ops/processes',
  '/ops/schedules',
  '/ops/rebuilds',
  '/ops/model',
  '/ops/cost',
  '/ops/trace/none',
  '/ops/console/domain.js',
  '/subjects/nobody',
  '/subjects/nobody/export?why=a-test',
];

describe.runIf(overHttp())('the console and roles', () => {
  it('a customer sees no screen for operators, by its address neither, and no call of theirs is answered', async () => {
    expect(screens.length).toBeGreaterThan(5);
    const { page } = await signedIn('', { as: 'ada' });
    const seen = await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allInnerTexts();
    for (const { name, who, at } of screens) {
      const isSeen = seen.some((text) => text.startsWith(name));
      expect([name, isSeen]).toEqual([name, who === 'anybody']);
      if (who === 'anybody') continue;
      await page.goto(consoleAt(at));
      await page.getByRole('heading', { name: 'This screen is for other roles than yours' }).waitFor();
    }
    const ada = await as('ada');
    for (const path of calls) expect([path, (await ada('GET', path)).status]).toEqual([path, 403]);
  });

  it('an operator sees them all', async () => {
    const { page } = await signedIn('model');
    const seen = await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allInnerTexts();
    for (const { name } of screens)
      expect(
        seen.some((text) => text.startsWith(name)),
        name,
      ).toBe(true);
  });

  it('a customer opens an account at the desk, pays in by the keyboard alone and sees the balance; nobody else sees it', async () => {
    const id = fresh();
    const { page, faults } = await signedIn('', { as: 'ada' });
    await page.getByRole('heading', { name: 'Desk' }).waitFor();
    const views = page.getByRole('region', { name: 'What you may read' });
    expect(await views.getByRole('link', { name: 'account-balance' }).count()).toBe(1);
    // What is for others is not offered.
    expect(await views.getByRole('link', { name: 'customer-directory' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'ship, of order' }).count()).toBe(0);
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('link', { name: 'open, of account' }).click();
    await page.getByRole('button', { name: 'A new id' }).click();
    expect(await page.getByLabel('Id of the account').inputValue()).toMatch(/^[a-z0-9]{12}$/);
    await page.getByLabel('Id of the account').fill(id);
    await page.getByLabel('currency').fill('EUR');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('It would append this event').waitFor();
    await page.getByRole('button', { name: 'Send it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send open' }).click();
    await page.getByText('It took effect.').waitFor();
    const balance = page.getByRole('region', { name: 'account-balance' });
    await balance.getByText('balance: 0').waitFor();

    const hands = handsOn(page);
    await hands.press('g', 'a');
    await page.getByRole('heading', { name: 'Desk' }).waitFor();
    await hands.pressTo('Tab', /^deposit, of account$/);
    await hands.press('Enter');
    await page.getByRole('heading', { name: 'Deposit (account)' }).waitFor();
    await hands.pressTo('Tab', /^Desk$/);
    await hands.press('Tab');
    await hands.type(id);
    await hands.pressTo('Tab', /^My own id$/);
    await hands.press('Tab');
    await hands.type('700');
    await hands.press('Tab');
    await hands.type('EUR');
    await hands.press('Enter');
    await page.getByRole('dialog').getByText('amount: 700').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await hands.pressTo('Tab', /^Send deposit$/);
    await hands.press('Enter');
    // The view is read with the token of the answer: it shows what was sent.
    await balance.getByText('balance: 700').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByLabel('amount').fill('-1');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByRole('alert').getByText('amount').waitFor();

    await page.goto(consoleAt('desk/view/account-balance'));
    const rows = page.getByRole('table', { name: 'Rows of account-balance' });
    await rows.getByRole('row', { name: new RegExp(id) }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'withdraw' }).click();
    expect(await page.getByLabel('Id of the account').inputValue()).toBe(id);
    // What is refused, and what a view does not show yet, is an answer with a status that Chromium logs.
    expect(faults.filter((fault) => !fault.includes('responded with a status of'))).toEqual([]);

    const other = await signedIn(`desk/view/account-balance?id=${id}`, { as: 'bob' });
    await other.page.getByRole('alert').waitFor();
    expect(await other.page.getByText('700').count()).toBe(0);
    await other.page.goto(consoleAt('desk/view/account-balance?owner=ada'));
    await other.page.getByRole('alert').getByText('Your roles do not allow this').waitFor();
  });
});
