import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writing } from '../../lib/client/written.ts';
import { done, json, problem, served } from './served.ts';

const eur = { amount: 5, currency: 'EUR' };
const tokensOf = (headers: Headers | undefined) => headers?.get('consistent-with')?.split(', ') ?? [];

describe('the tokens of one client', () => {
  it('cover the last commit of each event type of each stream, in whatever order the answers come, and are bounded', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            stream: fc.constantFrom('account-a', 'account-b', 'order-a'),
            commit: fc.nat({ max: 30 }),
            types: fc.uniqueArray(fc.constantFrom('X', 'Y', 'Z'), { minLength: 1 }),
          }),
          { maxLength: 40 },
        ),
        (commits) => {
          const written = writing(() => 0);
          for (const { stream, commit, types } of commits)
            written.note({ stream, commit, events: types.map((type) => ({ type })) }, `${stream}@${commit}`, 't');
          const picked = written.pick('view');
          expect(picked.length).toBeLessThanOrEqual(20);
          for (const { stream, types } of commits)
            for (const type of types) {
              const last = Math.max(
                ...commits.filter((one) => one.stream === stream && one.types.includes(type)).map((one) => one.commit),
              );
              expect(picked).toContain(`${stream}@${last}`);
            }
        },
      ),
      { numRuns: 100 },
    ));

  it('do not grow without bound, and fit into a header', () => {
    const written = writing(() => 0);
    for (let n = 0; n < 1_000; n++)
      written.note({ stream: `account-${n}`, commit: 1, events: [{ type: 'X' }] }, `${n}`.padEnd(900, 'x'), 't');
    let requests = 0;
    for (; written.isAwaiting('view'); requests++) {
      const picked = written.pick('view');
      expect(picked.join(', ').length).toBeLessThanOrEqual(6_000);
      written.reached('view', picked);
    }
    expect(requests).toBeLessThanOrEqual(40);
  });

  it('of a command without effect stands for what came before in its stream', () => {
    const written = writing(() => 0);
    written.note({ stream: 'account-a', commit: 3, events: [{ type: 'X' }] }, 'three', 't');
    written.note({ stream: 'account-b', commit: 3, events: [{ type: 'X' }] }, 'other', 't');
    written.note({ stream: 'account-a', commit: 3, events: [] }, 'unchanged', 't');
    expect(written.pick('view').toSorted()).toEqual(['other', 'unchanged']);
  });
});

describe('a read', () => {
  it('is sent with what this client has written, until the view has long shown it', async () => {
    const { api, received, pass } = served(({ method }) => (method === 'POST' ? done('account-a1', 2) : json({ id: 'a1' })));
    await api.account('a1').deposit(eur);
    const asked = async (view: 'accountBalance' | 'customerOrders') => {
      await api.views[view].get('a1');
      return tokensOf(received.at(-1)?.headers);
    };
    expect(await asked('accountBalance')).toEqual(['account-a1@2']);
    expect(await asked('accountBalance')).toEqual(['account-a1@2']);
    pass(60_001);
    expect(await asked('accountBalance')).toEqual([]);
    expect(await asked('customerOrders')).toEqual(['account-a1@2']);
    await api.views.accountBalance.get('a1', { consistent: false });
    expect(tokensOf(received.at(-1)?.headers)).toEqual([]);
  });

  it('waits for every stream that was written to, also if one request does not take all tokens, and even for a row that is not there', async () => {
    const { api, received } = served(({ method, path }) =>
      method === 'POST' ? done(path.split('/').slice(1, 3).join('-'), 1, ['AccountOpened']) : problem(404, 'not-found'),
    );
    for (let n = 0; n < 50; n++) await api.account(`a${n}`).open({ currency: 'EUR' });
    await expect(api.views.accountTotals.get('ada')).rejects.toMatchObject({ kind: 'not-found' });
    const reads = received.filter(({ method }) => method === 'GET').map(({ headers }) => tokensOf(headers));
    expect(reads.every((tokens) => tokens.length <= 20)).toBe(true);
    expect(new Set(reads.flat()).size).toBe(50);
  });

  it('goes on with the tokens of its first page, and ends where there is no cursor', async () => {
    const { api, received } = served(({ method, path }) => {
      if (method === 'POST') return done('account-a1', 2);
      return path.includes('cursor=two') ? json({ items: [{ id: 'b' }] }) : json({ items: [{ id: 'a' }], cursor: 'two' });
    });
    await api.account('a1').deposit(eur);
    const rows: string[] = [];
    for await (const { id } of api.views.accountBalance.list({ list: 'by-status', by: 'open', filter: { currency: 'EUR' } })) {
      rows.push(id);
      await api.account('a1').deposit(eur);
    }
    expect(rows).toEqual(['a', 'b']);
    const [first, second] = received.filter(({ method }) => method === 'GET');
    expect(first?.path).toBe('/views/account-balance?list=by-status&by=open&filter.currency=EUR');
    expect(second?.path).toBe('/views/account-balance?list=by-status&by=open&filter.currency=EUR&cursor=two');
    expect(tokensOf(second?.headers)).toEqual(tokensOf(first?.headers));
  });

  it('goes on without the tokens of another caller who used this client before', async () => {
    let bearer = 'ada';
    const { api, received } = served(
      ({ method, headers }) => {
        const who = headers.get('authorization')?.slice(7);
        if (method === 'POST') return done(`account-${who}`, 2);
        return tokensOf(headers).every((token) => token.startsWith(`account-${who}`))
          ? json({ id: who })
          : problem(400, 'invalid-request', { errors: [{ path: 'Consistent-With', reason: 'not yours' }] });
      },
      { token: () => bearer },
    );
    await api.account('ada').deposit(eur);
    bearer = 'bob';
    await api.account('bob').deposit(eur);
    expect(await api.views.accountBalance.get('bob')).toEqual({ id: 'bob' });
    expect(tokensOf(received.at(-1)?.headers)).toEqual(['account-bob@2']);
  });

  it('transfers nothing again that has not changed', async () => {
    const { api } = served(({ headers }) =>
      headers.get('if-none-match') === '"1"'
        ? new Response(null, { status: 304 })
        : json({ id: 'a1', balance: 5 }, { etag: '"1"' }),
    );
    const once = await api.views.accountBalance.get('a1');
    expect(await api.views.accountBalance.get('a1')).toEqual(once);
  });

  it('keeps all digits of a sum', async () => {
    const { api } = served(() => new Response('{"id":"ada","balances":{"EUR":9007199254740993,"USD":5}}'));
    expect((await api.views.accountTotals.get('ada')).balances).toEqual({ EUR: 9_007_199_254_740_993n, USD: 5 });
  });
});
