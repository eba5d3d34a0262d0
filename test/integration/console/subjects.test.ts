import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { whoOf } from '../../../console/token.ts';
import { ensureUser, signIn } from '../../../lib/aws/local/users.ts';
import { accessTo } from '../../../lib/cli/local/endpoint.ts';
import { foundByAxe } from '../../support/console/axe.ts';
import { signedIn } from '../../support/console/signed-in.ts';
import { eventually } from '../../support/eventually.ts';
import { as, type Call, caller, fresh, theDeployment } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

/** What a click makes the browser save, as JSON. */
const saved = async (page: Page, click: () => Promise<void>): Promise<Readonly<Record<string, unknown>>> => {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return JSON.parse(readFileSync(await download.path(), 'utf8'));
};

describe.runIf(overHttp())('the subjects of the console', () => {
  let operator: Call;
  let id: string;
  const email = `${fresh()}@example.com`;
  beforeAll(async () => {
    // A person of this test's own: what is erased is gone for every other test as well.
    const { endpoint, userPool, client, api } = theDeployment();
    const person = { username: fresh(), password: 'Demo-person-12345!' };
    await ensureUser(accessTo(endpoint), userPool, person);
    const token = await signIn(accessTo(endpoint), client, person);
    id = whoOf(token).id;
    operator = await as('operator');
    const registered = await caller(api, token)('POST', `/customer/${id}/register`, {
      name: 'Marked Person',
      email,
      address: { street: 'Elm Row 1', postcode: 'CB7', city: 'Ely', country: 'GB' },
      birthDate: '1990-01-02',
    });
    expect(registered.status, JSON.stringify(registered.body)).toBeLessThan(300);
  });

  it('are found in a view by a personal value, which goes into no address; a page that is loaded again asks for it again', async () => {
    const { page, faults } = await signedIn('views/customer-directory/rows?list=by-email');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
    await page.getByText('This list is by a personal value').waitFor();
    const by = page.getByLabel('By', { exact: true });
    await by.fill(email);
    const rows = page.getByRole('table', { name: 'Rows of customer-directory' });
    // The view follows the commits.
    await eventually(
      async () => {
        await page.getByRole('button', { name: 'Show rows' }).click();
        await rows.or(page.getByText('No row answers to this')).waitFor();
        return rows.getByText(email).count();
      },
      (count) => count === 1,
      { every: 500 },
    );
    expect(await foundByAxe(page)).toEqual([]);
    expect(asked.filter((each) => /^POST .*\/views\/customer-directory$/.test(each)).length).toBeGreaterThan(0);
    expect([...asked, page.url()].filter((each) => decodeURIComponent(each).includes(email))).toEqual([]);
    await page.reload();
    await page.getByText('This list is by a personal value').waitFor();
    expect(await by.inputValue()).toBe('');
    expect(faults).toEqual([]);
  });

  it('tell what is held without a value, export it as a file, and are erased with a certificate', async () => {
    const { page, faults } = await signedIn('subjects');
    await page.getByRole('heading', { name: 'Subjects', level: 1 }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByLabel("The subject's id").fill(id);
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('Nothing is held').or(page.getByText('Values are held')).waitFor();
    // The register follows the commits.
    await eventually(
      async () => {
        await page.reload();
        await page.getByRole('heading', { name: 'What is held' }).waitFor();
        return page.getByRole('link', { name: `customer-${id}` }).count();
      },
      (count) => count === 1,
      { every: 500 },
    );
    expect(await page.locator('main').textContent()).not.toMatch(/Marked Person|Elm Row|@example\.com/);
    expect(await foundByAxe(page)).toEqual([]);

    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByLabel('Why').fill('request 9');
    const exported = await saved(page, () => page.getByRole('button', { name: 'Export all values' }).click());
    expect(JSON.stringify(exported.values)).toContain(email);
    await page.getByRole('cell', { name: 'request 9' }).waitFor();

    await page.getByRole('button', { name: 'Erase…' }).click();
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByLabel(`Type ${id} to confirm`).fill('somebody-else');
    await page.getByLabel('Why').fill('request 7');
    await page.getByRole('button', { name: 'Erase for good' }).click();
    // The browser refuses the form: another id was typed, and nothing was erased.
    expect((await operator('GET', `/subjects/${id}`)).body).not.toHaveProperty('erased');
    await page.getByLabel(`Type ${id} to confirm`).fill(id);
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText(`The erasure of ${id} is certified.`).waitFor();
    await page.getByText('Erased', { exact: true }).waitFor();
    const certificate = await saved(page, () => page.getByRole('button', { name: 'Save the certificate' }).click());
    expect(certificate).toMatchObject({ subject: id, record: `subject-${id}`, erased: { why: 'request 7' } });
    expect(await foundByAxe(page)).toEqual([]);
    expect((await operator('GET', `/subjects/${id}`)).body).toMatchObject({
      erased: { why: 'request 7' },
      done: [{ what: 'erased' }, { what: 'exported', why: 'request 9' }],
    });
    expect(faults).toEqual([]);
  });
});
