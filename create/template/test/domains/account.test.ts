import { deciding, projecting } from 'foldstream/testing';
import { describe, it } from 'vitest';
import { account } from '../../domains/account/decider.ts';
import { accountBalance } from '../../domains/account/projections/balance.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const opened = { type: 'AccountOpened', data: { owner: 'ada', currency: 'EUR' } } as const;
const deposited = (amount: number) => ({ type: 'MoneyDeposited', data: eur(amount) }) as const;
const ada = { id: 'ada', kind: 'user', roles: [] } as const;
const bob = { id: 'bob', kind: 'user', roles: [] } as const;

describe('account', () => {
  const given = deciding(account);

  it('belongs to the one who opens it', () =>
    given()
      .when({ type: 'Open', data: { currency: 'EUR' } }, { actor: ada })
      .then(opened));
  it('takes money', () =>
    given(opened)
      .when({ type: 'Deposit', data: eur(500) })
      .then(deposited(500)));
  it('gives out no more than there is', () =>
    given(opened, deposited(500))
      .when({ type: 'Withdraw', data: eur(501) })
      .rejected('insufficient-funds', { balance: 500 }));
  it('takes no other currency', () =>
    given(opened)
      .when({ type: 'Deposit', data: { amount: 5, currency: 'USD' } })
      .rejected('currency-mismatch', { accountCurrency: 'EUR' }));
  it('is for its owner alone', () =>
    given(opened)
      .when({ type: 'Deposit', data: eur(500) }, { actor: bob })
      .forbidden());
});

describe('account-balance', () => {
  it('is what was put in', () =>
    projecting(accountBalance)(opened, deposited(500), deposited(250)).rows({
      owner: 'ada',
      currency: 'EUR',
      balance: 750,
      changedAt: '2026-11-21T12:03:00.000Z',
    }));
});
