import { describe, expect, it } from 'vitest';
import { foundByAxe } from '../../support/console/axe.ts';
import { signedIn } from '../../support/console/signed-in.ts';
import { eventually } from '../../support/eventually.ts';
import { as, fresh } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

describe.runIf(overHttp())('views', () => {
  it('are listed by revision, and each has its parked streams, its rows, its rebuilds and their history; axe finds nothing', async () => {
    const { page, faults } = await signedIn('views');
    await page.getByRole('table', { name: 'Views' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('link', { name: 'account-balance', exact: true }).click();
    await page.getByText('No stream is parked').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    const tabs = page.getByRole('navigation', { name: 'Of account-balance' });
    await tabs.getByRole('link', { name: 'Rebuild' }).click();
    await page.getByText('This revision answers, so it is not built again.').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await tabs.getByRole('link', { name: 'History' }).click();
    await page.getByRole('link', { name: 'Rebuild or audit' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('show their rows page by page, by the lists and filters that they declare, each page at an address of its own', async () => {
    const ada = await as('ada');
    const [first, second] = [`${fresh()}1`, `${fresh()}2`];
    for (const id of [first, second]) expect((await ada('POST', `/account/${id}/open`, { currency: 'XTS' })).status).toBe(201);
    const { body } = await eventually(
      () => ada('GET', `/views/account-balance/${second}`),
      ({ status }) => status === 200,
    );
    const owner = String(body.owner);
    await eventually(
      () => ada('GET', '/views/account-balance?list=by-status&by=open&filter.currency=XTS'),
      ({ body: { items } }) => (items as object[]).length === 2,
    );
    const { page } = await signedIn('views/account-balance/rows?limit=1');
    await page.getByLabel('List').selectOption('by-status');
    await page.getByLabel('By', { exact: true }).fill('open');
    await page.getByLabel('Owner').fill(owner);
    await page.getByLabel('currency').fill('XTS');
    await page.getByRole('button', { name: 'Show rows' }).click();
    const rows = page.getByRole('table', { name: 'Rows of account-balance' });
    await rows.getByRole('link', { name: first }).waitFor();
    await page.goto(`${page.url()}&limit=1`);
    await page.reload();
    await eventually(
      () => rows.locator('tbody tr').count(),
      (count) => count === 1,
    );
    await page.getByRole('link', { name: 'Next page' }).click();
    await rows.getByRole('link', { name: second }).waitFor();
    expect(await rows.getByRole('link', { name: first }).count()).toBe(0);
    // The address of the second page is enough to see it again.
    await page.reload();
    await rows.getByRole('link', { name: second }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await rows.locator('tbody tr').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'A row' }).getByText('XTS').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
  });
});
