import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type AccountEvent, accountSource } from '../../../events/account.ts';
import { currency, instant } from '../../fields.ts';

const row = z.object({
  owner: z.string(),
  currency,
  balance: z.int().meta({ description: 'In minor units: 1050 EUR is ten euros fifty.' }),
  status: z.enum(['open', 'closed']),
  since: instant.meta({ description: 'When it was opened or, if it is closed, closed.' }),
  changedAt: instant,
});

type Balance = Readonly<z.infer<typeof row>>;

/** GET /views/account-balance, also as ?list=by-status&by=open&order=newest-first, and /views/account-balance/{accountId} */
export const accountBalance = rowPerStream<Balance, AccountEvent>()({
  row,
  name: 'account-balance',
  revision: 2,
  from: accountSource,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  // A balance changes far more often than it is listed, and none of these keys changes with it.
  byOwner: { keysOnly: true },
  lists: { 'by-status': { by: (row) => row.status, sort: (row) => row.since, within: 'owner', keysOnly: true } },
  filters: ['currency'],
  on: {
    AccountOpened: (_, { data, at }) => ({ ...data, balance: 0, status: 'open', since: at, changedAt: at }),
    MoneyDeposited: (row, { data, at }) => row && { ...row, balance: row.balance + data.amount, changedAt: at },
    MoneyWithdrawn: (row, { data, at }) => row && { ...row, balance: row.balance - data.amount, changedAt: at },
    MoneyDebited: (row, { data, at }) => row && { ...row, balance: row.balance - data.amount, changedAt: at },
    MoneyCredited: (row, { data, at }) => row && { ...row, balance: row.balance + data.amount, changedAt: at },
    AccountClosed: (row, { at }) => row && { ...row, status: 'closed', since: at, changedAt: at },
  },
});
