import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { kebab } from '../../lib/client/names.ts';
import type { CommandName, ViewName } from '../../lib/client/types.ts';
import { kebab as serverKebab } from '../../lib/core/stream.ts';
import { json, served } from './served.ts';

const letters = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,30}$/);

describe('a name', () => {
  it('becomes the path that the server has for it', () =>
    fc.assert(fc.property(letters, (name) => kebab(name) === serverKebab(name))));

  it('of a command or a view is in camelCase where that leads back to its path, and as declared otherwise', () => {
    const commands = ['Deposit', 'CloseAccount', 'SKUChange', 'History', 'Then', 'Pay2'] as const;
    expectTypeOf<{ [T in (typeof commands)[number]]: CommandName<T> }>().toEqualTypeOf<{
      Deposit: 'deposit';
      CloseAccount: 'closeAccount';
      SKUChange: 'SKUChange';
      History: 'History';
      Then: 'Then';
      Pay2: 'pay2';
    }>();
    for (const [called, declared] of [
      ['deposit', 'Deposit'],
      ['closeAccount', 'CloseAccount'],
      ['SKUChange', 'SKUChange'],
    ] as const)
      expect(kebab(called)).toBe(serverKebab(declared));
    expectTypeOf<ViewName<'account-balance'>>().toEqualTypeOf<'accountBalance'>();
    expectTypeOf<ViewName<'top-10'>>().toEqualTypeOf<'top-10'>();
    expectTypeOf<ViewName<'a-b-c'>>().toEqualTypeOf<'a-b-c'>();
    for (const [called, declared] of [
      ['accountBalance', 'account-balance'],
      ['top-10', 'top-10'],
      ['a-b-c', 'a-b-c'],
    ] as const)
      expect(kebab(called)).toBe(declared);
  });

  it('names the routes of streams and views', async () => {
    const { api, received } = served(() => json({ commits: [], items: [] }));
    await api
      .account('a1')
      .history({ types: ['MoneyDeposited'], since: new Date(0) })
      .page();
    await api.account('a1').at(3);
    await api.account('a1').at('2026-11-21T12:00:00Z');
    await api.account('a1').diff(0, new Date(0));
    await api.order('o1').changeLine({ sku: 'kettle', quantity: 1 }, { key: 'k', expectedVersion: 4, correlation: 'c' });
    await api.views.accountStatement.of('a1', { order: 'newest-first', limit: 5 }).page();
    await api.views.eventLog.list({ list: 'by-correlation', by: 'c-1' }).page();
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /streams/account/a1?types=MoneyDeposited&since=1970-01-01T00%3A00%3A00.000Z',
      'GET /streams/account/a1/state?version=3',
      'GET /streams/account/a1/state?at=2026-11-21T12%3A00%3A00Z',
      'GET /streams/account/a1/diff?from=0&to=1970-01-01T00%3A00%3A00.000Z',
      'POST /order/o1/change-line',
      'GET /views/account-statement/a1?order=newest-first&limit=5',
      'GET /views/event-log?list=by-correlation&by=c-1',
    ]);
    const { headers } = received[4]!;
    expect(['idempotency-key', 'if-match', 'x-correlation-id'].map((name) => headers.get(name))).toEqual(['k', '"4"', 'c']);
    await api.account('a1').deposit.dryRun({ amount: 5, currency: 'EUR' });
    expect(received.at(-1)?.headers.get('dry-run')).toBe('true');
    expect(received.at(-1)?.headers.get('idempotency-key')).toBeNull();
    expect(await Promise.resolve(api)).toBe(api);
  });
});
