import { describe, expect, it } from 'vitest';
import type { manifest } from '../../domains/index.ts';
import { client, NotFound, NotYours, Refused, Stale, Unauthorized } from '../../lib/client/index.ts';
import { visitedFrom } from '../support/browser/chromium.ts';
import { fresh, theDeployment, tokenOf } from '../support/over-http/http.ts';
import { overHttp } from '../support/over-http/over-http.ts';
import { customers, pageOrigin } from './setup.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const apiOf = (token: string) => client<typeof manifest>({ url: theDeployment().api, token: () => token });

const all = async <Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

describe.runIf(overHttp())('the typed client', () => {
  it('reads its own writes by id, in lists and in sums, and the past', async () => {
    const [ada, bob] = [apiOf(await tokenOf('ada')), apiOf(await tokenOf('bob'))];
    const id = fresh();
    const account = ada.account(id);
    await account.open({ currency: 'EUR' });
    for (let balance = 1; balance <= 5; balance++) {
      await account.deposit(eur(1));
      expect((await ada.views.accountBalance.get(id)).balance).toBe(balance);
    }
    const open = { list: 'by-status', by: 'open', order: 'newest-first', filter: { currency: 'EUR' }, limit: 1 } as const;
    const first = await ada.views.accountBalance.list(open).page();
    expect(first.items).toMatchObject([{ id, balance: 5 }]);
    const entries = await all(ada.views.accountStatement.of(id, { limit: 2 }));
    expect(entries.map(({ balance }) => balance)).toEqual([0, 1, 2, 3, 4, 5]);
    const commits = await all(account.history({ types: ['MoneyDeposited'], limit: 2 }));
    expect(commits.map(({ version }) => version)).toEqual([2, 3, 4, 5, 6]);
    expect((await account.at(3)).state).toMatchObject({ status: 'open', balance: 2 });
    expect((await account.at(new Date())).state.balance).toBe(5);
    expect((await account.diff(2, 4)).changes).toContainEqual({ path: '/balance', from: 1, to: 3 });

    const key = fresh();
    const once = await account.deposit(eur(7), { key, expectedVersion: 6 });
    expect(await account.deposit(eur(7), { key })).toEqual(once);
    expect(await account.withdraw.dryRun(eur(2))).toMatchObject({
      version: 8,
      events: [{ type: 'MoneyWithdrawn', data: eur(2) }],
    });
    const refused: unknown = await account.withdraw(eur(50)).catch((error: unknown) => error);
    if (!account.withdraw.refused(refused)) throw refused;
    expect([refused.reason, refused.detail]).toEqual(['insufficient-funds', { balance: 12 }]);
    await expect(account.deposit(eur(1), { expectedVersion: 2 })).rejects.toSatisfy(
      (error) => error instanceof Stale && error.version === 7,
    );
    await expect(ada.views.accountBalance.get(fresh())).rejects.toBeInstanceOf(NotFound);
    await expect(bob.account(id).deposit(eur(1))).rejects.toBeInstanceOf(NotYours);
    await expect(apiOf('forged').account(id).deposit(eur(1))).rejects.toBeInstanceOf(Unauthorized);
    await expect(account.open({ currency: 'EUR' })).rejects.toBeInstanceOf(Refused);
  });

  it('sends commands of several categories in a batch, each with its own answer, and reads what they wrote', async () => {
    const ada = apiOf(await tokenOf('ada'));
    const [id, other] = [fresh(), fresh()];
    const prepared = [
      ada.account(id).open.prepare({ currency: 'EUR' }),
      ada.account(id).deposit.prepare(eur(5)),
      ada.account(id).withdraw.prepare(eur(9)),
      ada.transfer(other).request.prepare({ from: id, to: fresh(), amount: 1, currency: 'EUR' }),
    ] as const;
    const answers = await ada.batch(prepared);
    const [opened, deposited, withdrawn, requested] = answers;
    expect([opened.done?.version, deposited.done?.version, requested.done?.version]).toEqual([1, 2, 1]);
    expect([withdrawn.refused?.reason, withdrawn.refused?.detail]).toEqual(['insufficient-funds', { balance: 5 }]);
    expect((await ada.views.accountBalance.get(id)).balance).toBe(5);
    const again = await ada.batch(prepared);
    expect(again.map(({ done }) => done)).toEqual(answers.map(({ done }) => done));
  });

  it('serves one caller after the other, though the tokens of the first are not those of the second', async () => {
    let bearer = await tokenOf('ada');
    const api = client<typeof manifest>({ url: theDeployment().api, token: () => bearer });
    const [hers, his] = [fresh(), fresh()];
    await api.account(hers).open({ currency: 'EUR' });
    bearer = await tokenOf('bob');
    await api.account(his).open({ currency: 'EUR' });
    expect(await api.views.accountBalance.get(his)).toMatchObject({ id: his, balance: 0 });
  });

  it('runs in a page of another origin, in Chromium: it signs in, deposits, and reads its own write', async () => {
    const { api, endpoint, client: clientId } = theDeployment();
    const id = fresh();
    expect(await visitedFrom(pageOrigin, { api, users: endpoint, clientId, id, ...customers[0]! })).toEqual({
      origin: pageOrigin,
      events: [{ type: 'AccountOpened', version: 1 }],
      version: 2,
      balance: 1050,
      isConsistent: true,
      again: 1050,
      entries: ['opened', 'deposit'],
      reason: 'insufficient-funds',
      detail: { balance: 1050 },
    });
  });
});
