import type { Browser, Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';
import type { User } from '../../../lib/aws/local/users.ts';
import { type Deployment, demoUsers } from '../../../lib/cli/local/deployment.ts';
import { customers } from '../../integration/setup.ts';
import { launched } from '../browser/chromium.ts';
import { theDeployment, tokenOf } from '../over-http/http.ts';

/** Who signs in to the console of the suite's deployment. */
const users: Readonly<Record<'operator' | 'ada' | 'bob', User>> = {
  operator: demoUsers.operator,
  ada: customers[0]!,
  bob: customers[1]!,
};

export type Signed = Readonly<{ as?: keyof typeof users; deployment?: Deployment; dark?: boolean; width?: number }>;

let launching: Promise<Browser> | undefined;
afterAll(async () => {
  await (await launching)?.close();
  launching = undefined;
});

/** The address of a place in the console: `consoleAt('streams/account/7f3a?at=5')`. */
export const consoleAt = (place = '', { api }: Deployment = theDeployment()): string =>
  `${api}/console/index.html${place === '' ? '' : `#/${place}`}`;

/** A page of Chromium that nobody has signed in to. What it logs as an error, or is refused by its policy, ends up in `faults`. */
export const consolePage = async ({
  dark = false,
  width = 1280,
}: Signed = {}): Promise<Readonly<{ page: Page; faults: string[] }>> => {
  launching ??= launched();
  const context = await (await launching).newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // The hosted pages have no icon.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) faults.push(message.text());
  });
  return { page, faults };
};

/** Fills in the hosted page that a visitor was sent to. */
const fillSignIn = async (page: Page, { username, password }: User): Promise<void> => {
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/console\/index\.html/);
};

/** A page of the console at a place, signed in through the hosted page as somebody: the operator unless said otherwise. */
export const signedInByHand = async (place = '', options: Signed = {}): Promise<Readonly<{ page: Page; faults: string[] }>> => {
  const opened = await consolePage(options);
  const { page } = opened;
  await page.goto(consoleAt(place, options.deployment));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await fillSignIn(page, users[options.as ?? 'operator']);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return opened;
};

/** The same as if one had signed in in this tab before: it has the token that somebody's calls have, which spares two pages. */
export const signedIn = async (place = '', options: Signed = {}): ReturnType<typeof signedInByHand> => {
  const opened = await consolePage(options);
  const { page } = opened;
  const access = await tokenOf(options.as ?? 'operator', options.deployment);
  await page.addInitScript((kept) => {
    if (!sessionStorage.getItem('foldstream.tokens')) sessionStorage.setItem('foldstream.tokens', kept);
  }, JSON.stringify({ access }));
  await page.goto(consoleAt(place, options.deployment));
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return opened;
};

/** The same where the deployment tells its console of no page to sign in at: an access token is pasted. */
export const pastedIn = async (place: string, token: string, options: Signed = {}): ReturnType<typeof signedIn> => {
  const opened = await consolePage(options);
  const { page } = opened;
  await page.goto(consoleAt(place, options.deployment));
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Go in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return opened;
};
