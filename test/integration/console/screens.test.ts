import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { whoOf } from '../../../console/token.ts';
import { cacheDir, root } from '../../../lib/cli/local/deployment.ts';
import type { LettersOfOne } from '../../../lib/engine/operate/letters/letters.ts';
import { foundByAxe } from '../../support/console/axe.ts';
import { consoleAt, type Signed, signedIn } from '../../support/console/signed-in.ts';
import { eventually } from '../../support/eventually.ts';
import { as, theDeployment, tokenOf } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';
import { stuckTransfer } from '../../support/over-http/stuck.ts';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** The suite's deployment has no dead letters that stay: the API's answer is made up. */
const letters = (): LettersOfOne => ({
  ...{ kind: 'process', name: 'transferProcess', deadLetters: 3 },
  letters: [
    ...[
      { stream: 'transfer-7f3a', commit: 1, types: ['TransferRequested'] },
      { stream: 'transfer-c81d', commit: 1, types: ['TransferRequested'] },
    ].map((one, i) => ({
      ...one,
      what: 'commit' as const,
      id: `${i}`,
      sentAt: ago(47 + i),
      correlation: `4b1f9e2a-${i}c07-4d2e-9a51-6f0e2b7d88c3`,
    })),
    { what: 'message', id: '3', sentAt: ago(95), message: 'due', stream: 'transferProcess-42' },
  ],
  acts: [{ act: 'redrive', at: ago(130), by: 'operator', why: 'the rates are back', correlation: 'r' }],
});

/** Into the guide's pictures if `npm run screens` asks for them. */
const folder = process.env.FOLDSTREAM_SCREENS ? join(root, 'docs/pictures/console') : join(cacheDir, 'screens');

describe.runIf(overHttp())('the screens of the console', () => {
  let pictured: readonly Readonly<{ name: string; at: string; as?: 'ada'; ready: (page: Page) => Promise<void> }>[] = [];
  const withLetters = async (options: Signed) => {
    const signed = await signedIn('', options);
    await signed.page.route('**/ops/dead-letters/process/transferProcess*', (route) => route.fulfill({ json: letters() }));
    return signed;
  };
  /** The pages of those who see them, each signed in once. */
  const pages = (options: Signed = {}) => {
    const all = new Map<string, ReturnType<typeof signedIn>>();
    return (who: 'ada' | 'operator' = 'operator') => {
      const one = all.get(who) ?? withLetters({ ...options, as: who });
      all.set(who, one);
      return one;
    };
  };

  beforeAll(async () => {
    for (const each of [folder, join(cacheDir, 'screens')]) mkdirSync(each, { recursive: true });
    const ada = await as('ada');
    await ada('POST', '/account/pictured/open', { currency: 'EUR' });
    for (const amount of [50_000, 7_000, 2_500]) await ada('POST', '/account/pictured/deposit', { amount, currency: 'EUR' });
    await ada('POST', '/account/pictured/withdraw', { amount: 49_000, currency: 'EUR' });
    const { id, correlation } = await stuckTransfer(theDeployment().outputs, ada);
    const subject = whoOf(await tokenOf('ada')).id;
    const heading = (name: string) => (page: Page) => page.getByRole('heading', { name, level: 1 }).waitFor();
    const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
    const table = (name: string) => (page: Page) => page.getByRole('table', { name }).waitFor();
    pictured = [
      { name: 'flow', at: 'flow', ready: table('All parts of the deployment') },
      { name: 'streams', at: 'streams?category=account', ready: heading('Streams') },
      { name: 'stream', at: 'streams/account/pictured?at=5', ready: text('chain holds') },
      { name: 'step', at: 'streams/account/pictured/step?at=5', ready: text('MoneyWithdrawn') },
      { name: 'trace', at: `traces/${correlation}`, ready: text(/commits within/) },
      { name: 'waterfall', at: `traces/${correlation}?as=waterfall`, ready: text(/commits within/) },
      { name: 'views', at: 'views', ready: heading('Views') },
      { name: 'view', at: 'views/account-balance', ready: heading('account-balance') },
      { name: 'letters', at: 'letters', ready: heading('Dead letters') },
      { name: 'letter', at: 'letters/process/transferProcess', ready: table('Dead letters') },
      { name: 'rebuild', at: 'views/account-balance/rebuild?revision=2', ready: heading('account-balance') },
      { name: 'processes', at: 'processes', ready: text(id) },
      { name: 'instance', at: `processes/transferProcess/${id}`, ready: text('What it waits for') },
      { name: 'schedules', at: 'schedules', ready: text('monthlyStatement') },
      { name: 'model', at: 'model', ready: (page) => page.getByRole('link', { name: 'event PriceSet' }).first().waitFor() },
      { name: 'event', at: 'model/event/product/PriceSet', ready: heading('PriceSet') },
      { name: 'cost', at: 'cost', ready: heading('Cost') },
      { name: 'desk', at: 'desk', as: 'ada', ready: text('deposit') },
      { name: 'command', at: 'desk/command/account/deposit?id=pictured', as: 'ada', ready: heading('Deposit (account)') },
      { name: 'rows', at: 'desk/view/account-balance?limit=10', as: 'ada', ready: table('Rows of account-balance') },
      { name: 'subject', at: `subjects/${subject}`, ready: text('What is held') },
    ];
  });

  it('are pictured as they are, in a wide window, and axe finds nothing on any of them, in the light and in the dark', async () => {
    const pageOf = pages();
    const found: Record<string, readonly string[]> = {};
    for (const { name, at, as: who, ready } of pictured) {
      const { page } = await pageOf(who);
      await page.goto(consoleAt(at));
      await ready(page);
      await eventually(
        () => page.locator('.loading').count(),
        (count) => count === 0,
      );
      found[name] = await foundByAxe(page);
      await page.screenshot({ path: join(folder, `${name}.png`) });
    }
    expect(found).toEqual(Object.fromEntries(pictured.map(({ name }) => [name, []])));
    expect([...(await pageOf()).faults, ...(await pageOf('ada')).faults]).toEqual([]);
  });

  it('are whole in a narrow window: nothing goes beyond its edge, and the current screen is in sight among all of them', async () => {
    const pageOf = pages({ width: 400, dark: true });
    const beyond: Record<string, number> = {};
    const outOfSight: Record<string, number> = {};
    for (const { name, at, as: who, ready } of pictured) {
      const { page } = await pageOf(who);
      await page.goto(consoleAt(at));
      await ready(page);
      beyond[name] = Number(
        await page.evaluate("document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"),
      );
      const place = page.locator('.rail [aria-current="page"]');
      if ((await place.count()) > 0)
        outOfSight[name] = Number(await place.evaluate((element) => element.getBoundingClientRect().right - 400));
      await page.screenshot({ path: join(cacheDir, 'screens', `${name}-narrow.png`) });
    }
    expect(Object.entries(beyond).filter(([, pixels]) => pixels > 0)).toEqual([]);
    expect(Object.keys(outOfSight).length).toBeGreaterThan(5);
    // Browsers scroll to a fraction of a pixel.
    expect(Object.entries(outOfSight).filter(([, pixels]) => pixels >= 1)).toEqual([]);
  });
});
