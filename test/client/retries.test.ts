import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as errors from '../../lib/client/index.ts';
import { problemKinds } from '../../lib/core/problem.ts';
import { done, json, problem, served } from './served.ts';

const eur = { amount: 5, currency: 'EUR' };
const retryable = [
  () => new TypeError('fetch failed'),
  () => problem(409, 'contended', {}, { 'retry-after': '1' }),
  () => problem(429, 'too-many-requests', {}, { 'retry-after': '2' }),
  () => problem(503, 'unavailable', {}, { 'retry-after': '1' }),
  () => new Response('{"message":"Service Unavailable"}', { status: 503 }),
];

describe('a retry', () => {
  it('is the same request under the same key, whatever failed before; another call has another key', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...retryable), { maxLength: 5 }), async (failures) => {
        const { api, received } = served((_, nth) => failures[nth - 1]?.() ?? done('account-a1', 1));
        await api.account('a1').deposit(eur);
        expect(received).toHaveLength(failures.length + 1);
        const keys = received.map(({ headers }) => headers.get('idempotency-key'));
        expect(new Set(keys).size).toBe(1);
        expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
        expect(new Set(received.map(({ body }) => body))).toEqual(new Set([JSON.stringify(eur)]));
        await api.account('a1').deposit(eur);
        expect(received.at(-1)?.headers.get('idempotency-key')).not.toBe(keys[0]);
      }),
      { numRuns: 50 },
    ));

  it('is not made where it cannot help', async () => {
    for (const [status, kind] of [
      [400, 'invalid-command'],
      [403, 'not-yours'],
      [404, 'not-found'],
      [409, 'not-parked'],
      [412, 'stale-version'],
      [413, 'body-too-large'],
      [422, 'insufficient-funds'],
    ] as const) {
      const { api, received } = served(() => problem(status, kind));
      await expect(api.account('a1').withdraw(eur)).rejects.toMatchObject({ status, kind, message: `It is ${kind}.` });
      expect(received, kind).toHaveLength(1);
    }
  });

  it.each([
    ['3', 3_000],
    ['Sun, 29 Nov 2026 08:00:07 GMT', 7_000],
    ['Sun, 29 Nov 2026 07:00:00 GMT', 0],
  ])('waits for as long as Retry-After says: %s', async (header, milliseconds) => {
    const { api, waits } = served((_, nth) =>
      nth === 1 ? problem(503, 'unavailable', {}, { 'retry-after': header }) : done('account-a1', 1),
    );
    await api.account('a1').deposit(eur);
    expect(waits).toEqual([milliseconds]);
  });

  it('is not awaited if it would be too late, and the pauses grow without a Retry-After', async () => {
    const parked = served(() => problem(503, 'stream-parked', { parkedAt: 3 }, { 'retry-after': '60' }));
    await expect(parked.api.views.accountBalance.get('a1')).rejects.toMatchObject({ kind: 'stream-parked' });
    expect(parked.waits).toEqual([]);
    const away = served(() => new TypeError('fetch failed'));
    await expect(away.api.account('a1').deposit(eur)).rejects.toBeInstanceOf(errors.Unreachable);
    expect(away.waits.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(away.waits.reduce((sum, each) => sum + each)).toBeLessThan(30_000);
    const broken = served(() => problem(500, 'internal'));
    await expect(broken.api.account('a1').deposit(eur)).rejects.toBeInstanceOf(errors.Unavailable);
    expect(broken.received).toHaveLength(3);
  });

  it('ends with the signal of its caller, while it waits too', async () => {
    const controller = new AbortController();
    const { api, received } = served(
      () => {
        controller.abort(new Error('the page was left'));
        return problem(503, 'unavailable', {}, { 'retry-after': '1' });
      },
      { clock: { now: () => 0, wait: async (_, signal) => signal?.throwIfAborted(), random: () => 1 } },
    );
    await expect(api.account('a1').deposit(eur, { signal: controller.signal })).rejects.toThrow('the page was left');
    expect(received).toHaveLength(1);
  });

  it('has a newer token once, if the first is not accepted', async () => {
    const tokens = ['old', 'new'];
    const { api, received } = served(
      ({ headers }) =>
        headers.get('authorization') === 'Bearer new'
          ? json({ id: 'a1' })
          : new Response('{"message":"Unauthorized"}', { status: 401 }),
      { token: () => tokens.shift() ?? 'new' },
    );
    expect(await api.views.accountBalance.get('a1')).toEqual({ id: 'a1' });
    expect(received.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
    const expired = served(() => new Response('{"message":"Unauthorized"}', { status: 401 }), { token: () => 'old' });
    await expect(expired.api.views.accountBalance.get('a1')).rejects.toBeInstanceOf(errors.Unauthorized);
    expect(expired.received).toHaveLength(1);
  });
});

describe('a refusal', () => {
  it('is known by its command, with its reasons and the fields of each', async () => {
    const { api } = served(() => problem(422, 'insufficient-funds', { balance: 3 }));
    const account = api.account('a1');
    const error: unknown = await account.withdraw(eur).catch((caught: unknown) => caught);
    expect(account.deposit.refused(error)).toBe(false);
    expect(api.account('another').withdraw.refused(error)).toBe(true);
    if (!account.withdraw.refused(error)) throw error;
    expectTypeOf(error.reason).toEqualTypeOf<'account-not-open' | 'currency-mismatch' | 'insufficient-funds'>();
    if (error.reason !== 'insufficient-funds') throw error;
    expectTypeOf(error.detail.balance).toEqualTypeOf<number>();
    expect(error.detail).toEqual({ balance: 3 });
  });

  it('for what its sender saw has both versions, and where the stream is', async () => {
    const conflicts = { name: { yours: 'Blue', theirs: 'Red', saw: 'White' } };
    const { api } = served(() => problem(412, 'edited-meanwhile', { conflicts, version: 7 }));
    const { edit } = api.product('kettle');
    const error: unknown = await edit({ name: { to: 'Blue', saw: 'White' } }).catch((caught: unknown) => caught);
    if (!edit.refused(error) || error.reason !== 'edited-meanwhile') throw error;
    expect(error.detail.conflicts.name?.theirs).toBe('Red');
    expect(error.fields.version).toBe(7);
  });

  it('is no problem that the product itself answers', async () => {
    for (const [kind, { status }] of Object.entries(problemKinds)) {
      const { api } = served(() => problem(status, kind), { retryFor: 0 });
      await expect(api.account('a1').deposit(eur), kind).rejects.not.toBeInstanceOf(errors.Refused);
    }
  });
});
