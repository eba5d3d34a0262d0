import type { RowPerStream } from 'foldstream';
import { type AccountEvent, accountSource } from '../../../events/account.ts';

type Balance = Readonly<{ owner: string; currency: string; balance: number; status: 'open' | 'closed'; changedAt: string }>;

/** GET /views/account-balance, also as ?list=by-status&by=open&order=newest-first, and /views/account-balance/{accountId} */
export const accountBalance: RowPerStream<Balance, AccountEvent> = {
  kind: 'row-per-stream',
  name: 'account-balance',
  revision: 1,
  from: accountSource,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  lists: { 'by-status': { by: (row) => row.status, sort: (row) => row.changedAt, within: 'owner' } },
  filters: ['currency'],
  on: {
    AccountOpened: (_, { data, at }) => ({ ...data, balance: 0, status: 'open', changedAt: at }),
    MoneyDeposited: (row, { data, at }) => row && { ...row, balance: row.balance + data.amount, changedAt: at },
    MoneyWithdrawn: (row, { data, at }) => row && { ...row, balance: row.balance - data.amount, changedAt: at },
    MoneyDebited: (row, { data, at }) => row && { ...row, balance: row.balance - data.amount, changedAt: at },
    MoneyCredited: (row, { data, at }) => row && { ...row, balance: row.balance + data.amount, changedAt: at },
    AccountClosed: (row, { at }) => row && { ...row, status: 'closed', changedAt: at },
  },
};
