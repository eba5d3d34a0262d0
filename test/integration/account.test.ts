import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { as, fresh } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });

describe.runIf(overHttp())('an account, the whole way', () => {
  it('opens, moves money, shows it, and closes', async () => {
    const ada = await as('ada');
    const id = fresh();
    const opened = await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    expect(opened.status).toBe(201);
    expect(opened.body).toEqual({
      stream: `account-${id}`,
      version: 1,
      commit: 1,
      events: [{ type: 'AccountOpened', version: 1 }],
    });
    expect(opened.headers.get('etag')).toBe('"1"');
    expect(new URL(opened.headers.get('location') ?? '', `https://api/account/${id}/open`).pathname).toBe(
      `/streams/account/${id}`,
    );
    const deposited = await ada('POST', `/account/${id}/deposit`, eur(1000));
    expect(deposited.status).toBe(200);
    await ada('POST', `/account/${id}/withdraw`, eur(400));

    const balance = await eventually(
      () => ada('GET', `/views/account-balance/${id}`),
      ({ body }) => body.balance === 600,
    );
    expect(balance.body).toMatchObject({ id, currency: 'EUR', status: 'open' });
    const statement = await eventually(
      () => ada('GET', `/views/account-statement/${id}`),
      ({ body }) => (body.items as unknown[] | undefined)?.length === 3,
    );
    expect(statement.body.items).toMatchObject([
      { version: 1, entry: 'opened', balance: 0 },
      { version: 2, entry: 'deposit', amount: 1000, balance: 1000 },
      { version: 3, entry: 'withdrawal', amount: -400, balance: 600 },
    ]);

    await ada('POST', `/account/${id}/withdraw`, eur(600));
    expect((await ada('POST', `/account/${id}/close`, { reason: 'moved' })).status).toBe(200);
    await eventually(
      () => ada('GET', `/views/account-balance/${id}`),
      ({ body }) => body.status === 'closed',
    );
    const history = await ada('GET', `/streams/account/${id}?order=newest-first&limit=2`);
    expect(history.body.commits).toMatchObject([
      { version: 5, events: [{ type: 'AccountClosed', data: { reason: 'moved' } }] },
      { version: 4, events: [{ type: 'MoneyWithdrawn' }] },
    ]);
    const rest = await ada('GET', `/streams/account/${id}?order=newest-first&cursor=${history.body.cursor}`);
    expect(rest.body.commits).toHaveLength(3);
    expect(rest.body.cursor).toBeUndefined();
  });

  it('tells the past: a state at a version or an instant, and the difference of two', async () => {
    const ada = await as('ada');
    const id = fresh();
    await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    await ada('POST', `/account/${id}/deposit`, eur(70));
    const [, second] = (await ada('GET', `/streams/account/${id}`)).body.commits as { at: string }[];
    await ada('POST', `/account/${id}/deposit`, eur(30));
    expect((await ada('GET', `/streams/account/${id}/state?version=2`)).body).toMatchObject({
      version: 2,
      state: { balance: 70 },
    });
    expect((await ada('GET', `/streams/account/${id}/state?at=${second?.at}`)).body).toMatchObject({ state: { balance: 70 } });
    expect((await ada('GET', `/streams/account/${id}/diff?from=1&to=3`)).body.changes).toContainEqual({
      path: '/balance',
      from: 0,
      to: 100,
    });
    const deposits = await ada('GET', `/streams/account/${id}?types=MoneyDeposited`);
    expect(deposits.body.commits).toHaveLength(2);
  });

  it("lists a customer's own accounts, and everybody's for an operator, page by page", async () => {
    const [ada, bob, operator] = await Promise.all([as('ada'), as('bob'), as('operator')]);
    const mine = [fresh(), fresh(), fresh()].sort();
    const his = fresh();
    for (const id of mine) await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    await bob('POST', `/account/${his}/open`, { currency: 'EUR' });
    const walk = async (call: typeof ada, parameters: string) => {
      const ids: string[] = [];
      for (let cursor: unknown = ''; cursor !== undefined; ) {
        const { body } = await call('GET', `/views/account-balance?${parameters}${cursor ? `&cursor=${cursor}` : ''}`);
        ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
        cursor = body.cursor;
      }
      return ids;
    };
    const own = await eventually(
      () => walk(ada, 'limit=2'),
      (ids) => mine.every((id) => ids.includes(id)),
    );
    expect(own).not.toContain(his);
    expect(new Set(own).size).toBe(own.length);
    const all = await eventually(
      () => walk(operator, 'limit=100'),
      (ids) => [...mine, his].every((id) => ids.includes(id)),
    );
    expect(new Set(all).size).toBe(all.length);
  });

  it('gives a repeat under the same key the first answer, byte for byte', async () => {
    const ada = await as('ada');
    const id = fresh();
    await ada('POST', `/account/${id}/open`, { currency: 'EUR' });
    const key = { 'idempotency-key': fresh() };
    const [first, second] = await Promise.all([1, 2].map(() => ada('POST', `/account/${id}/deposit`, eur(5), key)));
    await ada('POST', `/account/${id}/deposit`, eur(7));
    const third = await ada('POST', `/account/${id}/deposit`, eur(5), key);
    expect(second?.body).toEqual(first?.body);
    expect(JSON.stringify(third.body)).toBe(JSON.stringify(first?.body));
    expect(third.headers.get('etag')).toBe('"2"');
    expect((await ada('GET', `/streams/account/${id}/state?version=3`)).body).toMatchObject({ state: { balance: 12 } });
  });
});
