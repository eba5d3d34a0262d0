import { describe, expect, it } from 'vitest';
import type { Flow } from '../../../lib/engine/operate/flow/report.ts';
import { foundByAxe } from '../../support/console/axe.ts';
import { signedIn } from '../../support/console/signed-in.ts';
import { as } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

describe.runIf(overHttp())('the flow', () => {
  it('is where an operator begins: all parts of the deployment as a picture and in words, and axe finds nothing', async () => {
    const { page, faults } = await signedIn();
    const words = page.getByRole('table', { name: 'All parts of the deployment' });
    await words.waitFor();
    const flow = (await (await as('operator'))('GET', '/ops/flow')).body as unknown as Flow;
    const parts =
      2 + [flow.commands, flow.schedules, flow.processes, flow.effects, flow.views].flat().length + (flow.publicEvents ? 1 : 0);
    expect(await words.locator('tbody tr').count()).toBe(parts);
    expect(await page.locator('.picture .box').count()).toBe(parts);
    // The local cloud has no metrics: no rate is made up.
    expect(flow.ratesAt).toBeUndefined();
    await page.getByText('rates are not measured here').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('keeps itself up to date, and neither the place nor the focus is lost; what is wrong is one Tab and Enter away', async () => {
    const { page } = await signedIn('flow');
    const words = page.getByRole('table', { name: 'All parts of the deployment' });
    await words.waitFor();
    const row = words.locator('tbody tr').last();
    await row.focus();
    const before = await page.evaluate("document.querySelector('main').scrollTop");
    expect(before).toBeGreaterThan(0);
    await page.route('**/ops/flow', async (route) => {
      const answer = await route.fetch();
      const flow = (await answer.json()) as Flow;
      const views = flow.views.map((view) => (view.name === 'account-balance' ? { ...view, parked: 3 } : view));
      // Nothing else needs anybody, whatever other tests have left.
      const processes = flow.processes.map((process) => ({ ...process, standing: { byStatus: {} } }));
      await route.fulfill({ json: { ...flow, views, processes } });
    });
    await page.getByRole('region', { name: 'What needs somebody' }).getByText('3 parked').waitFor({ state: 'attached' });
    expect(await page.evaluate("document.querySelector('main').scrollTop")).toBe(before);
    expect(await row.evaluate((element) => element.matches(':focus'))).toBe(true);
    expect(await foundByAxe(page)).toEqual([]);
    await page.locator('main').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/views\/account-balance\?revision=2$/);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('is a list where there is no room for a picture', async () => {
    const { page } = await signedIn('flow', { width: 400, dark: true });
    await page.getByRole('table', { name: 'All parts of the deployment' }).waitFor();
    expect(await page.locator('.picture').isVisible()).toBe(false);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    expect(await foundByAxe(page)).toEqual([]);
  });
});
