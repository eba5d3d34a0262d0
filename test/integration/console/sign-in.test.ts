import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demoUsers } from '../../../lib/cli/local/deployment.ts';
import { consoleAt, consolePage, signedIn, signedInByHand } from '../../support/console/signed-in.ts';
import { theDeployment } from '../../support/over-http/http.ts';
import { overHttp } from '../../support/over-http/over-http.ts';

const tokens = () =>
  JSON.parse(sessionStorage.getItem('foldstream.tokens') ?? 'null') as { access: string; refresh: string } | null;

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${theDeployment().api}${path}`, { headers, redirect: 'manual' });

/** A worker of a page, as far as it is used here. */
type Working = {
  onmessage: (event: Readonly<{ data: unknown }>) => void;
  onerror: (event: Readonly<{ message: string }>) => void;
  postMessage(message: unknown): void;
};

describe.runIf(overHttp())('signing in to the console', () => {
  it('leads over the hosted page back to the place that was asked for, with tokens that the API takes and that can be renewed', async () => {
    const { page, faults } = await signedInByHand('streams?category=account');
    expect(page.url()).toBe(consoleAt('streams?category=account'));
    const { access, refresh } = (await page.evaluate(tokens))!;
    const claims = JSON.parse(Buffer.from(access.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({
      username: demoUsers.operator.username,
      'cognito:groups': ['operator'],
      client_id: theDeployment().outputs.ConsoleClientId,
    });
    expect((await get('/ops/projections', { authorization: `Bearer ${access}` })).status).toBe(200);
    const { signIn } = (await (await get('/console/config.json')).json()) as { signIn: { token: string; clientId: string } };
    const renewed = await fetch(signIn.token, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: signIn.clientId, refresh_token: refresh }),
    });
    expect(await renewed.json()).toMatchObject({ access_token: expect.any(String) });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(tokens)).toBeNull();
    expect(faults).toEqual([]);
  });

  it('is refused with a wrong password', async () => {
    const { page } = await consolePage();
    await page.goto(consoleAt());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#username').fill(demoUsers.operator.username);
    await page.locator('#password').fill('Not-the-password-1!');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Incorrect username or password').waitFor();
  });

  it('gives tokens for a code to whoever began it alone, and sends codes to no other page', async () => {
    const { signIn } = (await (await get('/console/config.json')).json()) as { signIn: Readonly<Record<string, string>> };
    const { authorize = '', token = '', clientId = '' } = signIn;
    const verifier = 'v'.repeat(43);
    const asked = {
      ...{ client_id: clientId, response_type: 'code', scope: 'openid', state: 's', code_challenge_method: 'S256' },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    };
    const elsewhere = await fetch(`${authorize}?${new URLSearchParams({ ...asked, redirect_uri: 'https://evil.example.com/' })}`);
    expect(elsewhere.status).toBe(400);
    const tokensFor = async (code_verifier: string) => {
      // The form of the hosted page, sent as a browser sends it.
      const { username, password } = demoUsers.operator;
      const sent = await fetch(new URL('/login', authorize), {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ ...asked, redirect_uri: consoleAt(), username, password }),
      });
      const code = new URL(sent.headers.get('location') ?? '').searchParams.get('code') ?? '';
      const body = { grant_type: 'authorization_code', client_id: clientId, code, redirect_uri: consoleAt(), code_verifier };
      return fetch(token, { method: 'POST', body: new URLSearchParams(body) });
    };
    expect([(await tokensFor(verifier)).status, (await tokensFor('x'.repeat(43))).status]).toEqual([200, 400]);
  });

  it('gives a worker of the page the code of the domain, and nobody without an operator’s token', async () => {
    const { page, faults } = await signedIn();
    const { access } = (await page.evaluate(tokens))!;
    const path = `${theDeployment().api}/ops/console/domain.js`;
    const answered = await page.evaluate(
      async ([address, token]) => {
        const script = await (await fetch(address!, { headers: { authorization: `Bearer ${token}` } })).blob();
        const { Worker: Made } = globalThis as unknown as { Worker: new (url: string) => Working };
        const worker = new Made(URL.createObjectURL(script));
        const ask = (message: object) =>
          new Promise<unknown>((done, failed) => {
            worker.onmessage = ({ data }) => done(data);
            worker.onerror = ({ message: why }) => failed(new Error(why));
            worker.postMessage(message);
          });
        return [await ask({ id: 1, call: 'describe', args: {} }), await ask({ id: 2, call: 'tidy', args: {} })];
      },
      [path, access],
    );
    expect(answered).toMatchObject([
      { id: 1, value: { categories: expect.arrayContaining(['account', 'transfer']) } },
      { id: 2, error: expect.stringContaining("knows no call 'tidy'") },
    ]);
    expect(faults).toEqual([]);
    const customer = (await (await signedIn('', { as: 'ada' })).page.evaluate(tokens))!;
    const status = async (headers: Readonly<Record<string, string>>) => (await get('/ops/console/domain.js', headers)).status;
    expect([await status({}), await status({ authorization: `Bearer ${customer.access}` })]).toEqual([401, 403]);
  });
});

describe.runIf(overHttp())('the files of the console', () => {
  it('come compressed, are kept for good where their names change with them, and have a strict policy', async () => {
    const to = await get('/console');
    expect([to.status, new URL(to.headers.get('location')!, `${theDeployment().api}/console`).href]).toEqual([302, consoleAt()]);
    const page = await get('/console/index.html', { 'accept-encoding': 'gzip' });
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'no-cache',
      'content-security-policy': expect.stringContaining("script-src 'self'; style-src 'self';"),
    });
    const [script = ''] = /assets\/[^"]+\.js/.exec(await page.text()) ?? [];
    const asset = await get(`/console/${script}`, { 'accept-encoding': 'br' });
    expect([asset.status, asset.headers.get('content-encoding'), asset.headers.get('cache-control')]).toEqual([
      200,
      'br',
      'public, max-age=31536000, immutable',
    ]);
    const again = await get(`/console/${script}`, { 'if-none-match': asset.headers.get('etag')! });
    expect(again.status).toBe(304);
    const missing = await get('/console/assets/gone.js');
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });
});
