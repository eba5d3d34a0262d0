import { beforeAll, describe, expect, it } from 'vitest';
import { foundByAxe } from '../../support/console/axe.ts';
import { consoleAt, signedIn } from '../../support/console/signed-in.ts';
import { resolvedByKeyboard, understoodByKeyboard } from '../../support/console/stuck-by-keyboard.ts';
import { foundInThreeWays } from '../../support/console/three-ways.ts';
import { eventually } from '../../support/eventually.ts';
import { as, type Call, theDeployment, tokenOf } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';
import { stuckTransfer } from '../../support/over-http/stuck.ts';

describe.runIf(overHttp())('the processes of the console', () => {
  let [ada, operator]: [Call, Call] = [] as never;
  const over = async (id: string) =>
    (
      await eventually(
        () => operator('GET', `/ops/processes/transferProcess/${id}`),
        ({ body }) => body.status === 'ended',
        { every: 200 },
      )
    ).body;
  beforeAll(async () => {
    [ada, operator] = await Promise.all([as('ada'), as('operator')]);
  });

  it('show a transfer that is stuck, and why; its trace shows where it was refused; it is resolved: without a mouse', async () => {
    const stuck = await stuckTransfer(theDeployment().outputs, ada);
    const { page, faults } = await signedIn();
    const { why, trace, commit } = await understoodByKeyboard(page, stuck);
    expect(why).toContain(`account-${stuck.from} refused Credit: account-not-open`);
    expect(trace).toMatch(/^8 commits within/);
    expect(commit).toContain('a command was refused');
    expect(await foundByAxe(page)).toEqual([]);
    await resolvedByKeyboard(page, stuck, 'paid out in cash');
    await page.getByText('Nothing: it has no open command').waitFor();
    const { body } = await operator('GET', `/ops/processes/transferProcess/${stuck.id}`);
    expect(body).toMatchObject({ status: 'ended', ended: 'resolved' });
    expect(JSON.stringify(body.steps)).toContain('paid out in cash');
    expect(await foundByAxe(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('say why a transfer hangs, as the command line and curl do: the same three looks, counted', async () => {
    const stuck = await stuckTransfer(theDeployment().outputs, ada);
    const { page } = await signedIn();
    const ways = await foundInThreeWays(page, stuck, { ...theDeployment(), token: await tokenOf('operator') });
    for (const { way, answer, ...counted } of ways) {
      expect([way, answer.includes('account-not-open'), answer.includes(`account-${stuck.from}`)]).toEqual([way, true, true]);
      console.log(`${way}: ${JSON.stringify(counted)}`);
    }
    expect(ways.map(({ acts }) => acts)).toEqual([4, 3, 3]);
  });

  it('are asked for many at once: what was done is counted, what failed is named', async () => {
    const two = [await stuckTransfer(theDeployment().outputs, ada), await stuckTransfer(theDeployment().outputs, ada)] as const;
    const { page } = await signedIn('processes?status=stuck');
    await page.getByLabel('In its status for').selectOption('1h');
    await page.getByText('None has had this status for that long.').waitFor();
    expect(page.url()).toMatch(/status=stuck&age=1h$/);
    await page.getByLabel('In its status for').selectOption('');
    await page.getByLabel('Order').selectOption('newest-first');
    await page.waitForURL(/status=stuck&order=newest-first$/);
    for (const { id } of two) await page.getByLabel(`Choose transferProcess-${id}`).check();
    expect(await foundByAxe(page)).toEqual([]);
    // Somebody else is quicker with one of them.
    await page.getByRole('button', { name: 'Resolve 2' }).click();
    await operator('POST', `/ops/processes/transferProcess/${two[0].id}/resolve`, { why: 'first' });
    await over(two[0].id);
    const dialog = page.getByRole('dialog', { name: 'Resolve' });
    await dialog.getByLabel('Why').fill('settled');
    expect(await foundByAxe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await dialog.getByText('1 of 2 done, 1 failed').waitFor();
    expect(await dialog.locator('.failed').textContent()).toContain(
      `transferProcess-${two[0].id}: ${two[0].id} of transferProcess is ended`,
    );
    expect(await foundByAxe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(JSON.stringify(await over(two[1].id))).toContain('settled');
  });

  it('are listed by process and status', async () => {
    const { page } = await signedIn('processes?status=ended');
    await page.getByRole('table', { name: 'Instances' }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await page.getByRole('link', { name: 'transferProcess', exact: true }).click();
    await page.waitForURL(/process=transferProcess/);
    await page.getByText('Of transferProcess alone.').waitFor();
  });

  it('ask effects of the world outside, whose answer by hand is a form of its schema', async () => {
    // The reference application has no effects: the API's answers are made up, what is sent is looked at.
    const { page, faults } = await signedIn();
    const model = await operator('GET', '/ops/model');
    const answer = {
      type: 'object',
      properties: { charge: { type: 'string' }, fee: { type: 'object', properties: { amount: { type: 'integer' } } } },
      required: ['charge'],
    };
    const performance = 'chargeCardEffect-p1.1';
    const sent: unknown[] = [];
    await page.route('**/ops/model', (route) =>
      route.fulfill({ json: { ...model.body, effects: [{ name: 'chargeCard', provider: 'bank', answer }] } }),
    );
    await page.route(`**/ops/effects/${performance}`, (route) =>
      route.fulfill({
        json: {
          ...{ performance, effect: 'chargeCard', status: 'open', instance: 'payment-p1' },
          ...{ input: {}, attempts: 1 },
          steps: [],
          earlier: 0,
        },
      }),
    );
    await page.route(`**/ops/effects/${performance}/answer`, (route) => {
      sent.push(route.request().postDataJSON());
      return route.fulfill({ status: 202, json: { performance, correlation: 'c' } });
    });
    await page.goto(consoleAt(`effects/${performance}`));
    await page.getByRole('button', { name: 'Answer by hand' }).click();
    const dialog = page.getByRole('dialog', { name: 'Answer by hand' });
    await dialog.getByLabel('charge').fill('ch_1');
    await dialog.getByLabel('fee.amount').fill('much');
    await dialog.getByLabel('Why').fill('seen in its list');
    await dialog.getByRole('button', { name: 'Record this outcome' }).click();
    await dialog.getByText('must be a number').waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await dialog.getByLabel('fee.amount').fill('3');
    await dialog.getByRole('button', { name: 'Record this outcome' }).click();
    await page.getByText('The outcome is on its way').waitFor();
    expect(sent).toEqual([{ why: 'seen in its list', outcome: { done: { charge: 'ch_1', fee: { amount: 3 } } } }]);
    expect(faults).toEqual([]);
  });

  it('have schedules beside them, which are paused and resumed with a reason', async () => {
    const { page } = await signedIn('schedules');
    const one = page.getByRole('article', { name: 'monthlyStatement' });
    const ordered = async (button: string, title: string) => {
      await one.getByRole('button', { name: button, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Why').fill(`a test, ${title}`);
      await dialog.getByRole('button', { name: title }).click();
    };
    await ordered('Pause', 'Pause: monthlyStatement');
    await one.getByText('paused', { exact: true }).waitFor();
    expect(await foundByAxe(page)).toEqual([]);
    await ordered('Resume', 'Resume: monthlyStatement');
    await one.getByText('paused', { exact: true }).waitFor({ state: 'detached' });
    // A time that is none is answered at once, in the dialog.
    await one.getByRole('button', { name: 'Run a time' }).click();
    await page.getByLabel('Which time').fill('2026-01-01T00:00:00.001Z');
    await page.getByLabel('Why').fill('x');
    await page.getByRole('dialog').getByRole('button', { name: 'Run a time: monthlyStatement' }).click();
    await page.getByRole('dialog').getByRole('alert').getByText('a time of').first().waitFor();
    expect(await foundByAxe(page)).toEqual([]);
  });
});
