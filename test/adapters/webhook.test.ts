import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isPublicAddress, publicLookup, requireDestination } from '../../lib/adapters/addresses.ts';
import { webhook } from '../../lib/adapters/webhook.ts';
import { effect } from '../../lib/core/effect/effect.ts';
import { v1 } from '../../lib/core/version.ts';
import { verifyWebhook } from '../../lib/webhooks/index.ts';

const notify = effect({
  name: 'notify',
  input: v1(z.object({ ticket: z.string() })),
  answer: v1(z.object({ seen: z.string() })),
  timeout: { seconds: 5 },
  giveUp: { minutes: 5 },
  secrets: ['notices'],
});

const key = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Came = Readonly<{ headers: IncomingHttpHeaders; body: string; path: string }>;

const receiver = async (
  answer: (came: Came) => Parameters<RequestListener>[1] extends never ? never : [number, object?, string?],
) => {
  const came: Came[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    came.push({ headers: request.headers, body, path: request.url ?? '' });
    const [status, headers = {}, text = '{"seen":"yes"}'] = answer(came.at(-1)!);
    if (status > 0) response.writeHead(status, headers as never).end(text);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
};

const call = (url: string, over: object = {}, given: object = {}) =>
  webhook(notify, {
    url,
    secret: 'notices',
    network: 'any',
    answer: ({ text }) => ({ done: JSON.parse(text) }),
    ...over,
  }).call(
    { ticket: 't1' },
    { idempotencyKey: 'key-1', attempt: 1, secrets: { notices: key(1) }, signal: AbortSignal.timeout(5_000), ...given },
  );

describe('a webhook', () => {
  it('goes to the address that its environment keeps as a secret', async () => {
    const { came, url } = await receiver(() => [200]);
    const to = (_: unknown, secrets: Readonly<Record<string, string>>) => secrets.address!;
    await call('', { url: to }, { secrets: { notices: key(1), address: url } });
    expect(came).toHaveLength(1);
  });

  it('is signed so that its receiver can verify it, under the same id at every try', async () => {
    const { came, url } = await receiver(() => [200]);
    expect(await call(url)).toEqual({ done: { seen: 'yes' } });
    await call(url, {}, { attempt: 2 });
    for (const { headers, body } of came)
      expect(await verifyWebhook(body, headers, key(1))).toMatchObject({ id: 'key-1', body: { ticket: 't1' } });
    expect(came.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1']);
  });

  it('has a signature for each key while one is replaced: receivers with either take it', async () => {
    const { came, url } = await receiver(() => [200]);
    await call(url, {}, { secrets: { notices: `${key(2)}\n${key(1)}\n` } });
    const [{ body, headers }] = came as [Came];
    for (const own of [key(1), key(2)]) expect(await verifyWebhook(body, headers, own)).toMatchObject({ id: 'key-1' });
    await expect(verifyWebhook(body, headers, key(3))).rejects.toThrow('does not fit');
  });

  it('is refused by 410, answered by 2xx and what is declared, and otherwise without an outcome', async () => {
    const statuses = [410, 422, 200];
    const { url } = await receiver(() => [statuses.shift()!]);
    expect(await call(url)).toEqual({ refused: 'gone' });
    expect(
      await call(url, { answersOn: [422], answer: ({ status }: { status: number }) => ({ refused: `s${status}` }) }),
    ).toEqual({
      refused: 's422',
    });
    const { url: failing } = await receiver(() => [503]);
    await expect(call(failing)).rejects.toThrow('The receiver answers 503.');
  });

  it('follows no redirect', async () => {
    const other = await receiver(() => [200]);
    const { url } = await receiver(() => [307, { location: other.url }]);
    await expect(call(url)).rejects.toThrow('The receiver answers 307.');
    expect(other.came).toEqual([]);
  });

  it('ends with the time of its try, and reads no endless answer', async () => {
    const silent = await receiver(() => [0]);
    const aborted = new AbortController();
    const calling = call(silent.url, {}, { signal: aborted.signal });
    while (silent.came.length === 0) await new Promise(setImmediate);
    aborted.abort();
    await expect(calling).rejects.toThrow('aborted');
    const { url } = await receiver(() => [200, {}, 'x'.repeat(200_000)]);
    expect(await call(url, { answer: ({ text }: { text: string }) => ({ done: { seen: String(text.length) } }) })).toEqual({
      done: { seen: String(64 * 1_024) },
    });
  });

  it('without its secret, or to no id, says so before anything is sent', async () => {
    const { came, url } = await receiver(() => [200]);
    await expect(call(url, {}, { secrets: {} })).rejects.toThrow("has no secret 'notices'");
    await expect(call(url, {}, { secrets: { notices: 'short' } })).rejects.toThrow('24 or more random bytes');
    await expect(call(url, {}, { idempotencyKey: 'a.b' })).rejects.toThrow('no dot');
    expect(came).toEqual([]);
  });
});

describe('the address of a webhook', () => {
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.8/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[2002:0a00:0001::]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'http://example.com/',
    'https://user:secret@example.com/',
    'file:///etc/passwd',
    'nowhere',
  ])('%s is refused', (url) => expect(() => requireDestination(url, 'internet')).toThrow());

  it('is looked up once, and the connection is made to what was found', async () => {
    const found = (addresses: readonly string[]) =>
      new Promise((resolve) => {
        const list = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        publicLookup(async () => list)('example.com', { all: true }, (error, all) => resolve(error ? error.name : all));
      });
    expect(await found(['93.184.215.14'])).toEqual([{ address: '93.184.215.14', family: 4 }]);
    for (const addresses of [['10.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['fd00::1'], []])
      expect(await found(addresses)).toBe('ForbiddenAddress');
  });

  it('of a name of this machine is refused before anything is sent', async () => {
    const { came, url } = await receiver(() => [200]);
    const port = new URL(url).port;
    await expect(call(`https://localhost:${port}/`, { network: 'internet' })).rejects.toThrow('not on the internet');
    expect(came).toEqual([]);
  });

  it('may be any public one', () => {
    expect(
      ['8.8.8.8', '2606:4700::1111', '172.15.0.1', '172.32.0.1', '100.63.0.1'].filter((one) => !isPublicAddress(one)),
    ).toEqual([]);
    expect(requireDestination('https://example.com:8443/a?b=c', 'internet').port).toBe('8443');
  });
});

describe('verifying', () => {
  const vector = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"test": 2432232314}';
  const now = 1_614_265_330_000;

  it('takes what Standard Webhooks has as an example, with headers of either kind', async () => {
    const expected = { id: vector['webhook-id'], at: new Date(now), body: { test: 2_432_232_314 } };
    expect(await verifyWebhook(body, vector, secret, { now })).toEqual(expected);
    expect(await verifyWebhook(body, new Headers(vector), secret, { now })).toEqual(expected);
    expect(
      await verifyWebhook(body, { ...vector, 'webhook-signature': `v1a,x ${vector['webhook-signature']}` }, secret, { now }),
    ).toEqual(expected);
  });

  it.each<[string, object, string, number, string]>([
    ['another body', {}, '{"test":2432232314}', now, 'does not fit'],
    ['another id', { 'webhook-id': 'msg_2' }, body, now, 'does not fit'],
    ['another time', { 'webhook-timestamp': '1614265331' }, body, now, 'does not fit'],
    ['an old message', {}, body, now + 301_000, 'may be a replay'],
    ['one from the future', {}, body, now - 301_000, 'may be a replay'],
    ['no signature', { 'webhook-signature': undefined }, body, now, 'missing'],
    ['a signature of another kind', { 'webhook-signature': 'v2,abc' }, body, now, 'missing'],
  ])('refuses %s', (_, over, text, at, words) =>
    expect(verifyWebhook(text, { ...vector, ...over }, secret, { now: at })).rejects.toThrow(words),
  );
});
