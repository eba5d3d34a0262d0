import { sharedRows } from 'foldstream';
import * as z from 'zod';
import { type AccountEvent, accountSource } from '../../../events/account.ts';
import { count, sumByCurrency } from '../../fields.ts';

type Known = Readonly<{ owner?: string; currency: string; balance: number; status: 'open' | 'closed' }>;

const row = z.object({ open: count, closed: count, balances: sumByCurrency });

/** GET /views/account-totals/{owner}: the number and the total balance of an owner's accounts, by currency. */
export const accountTotals = sharedRows<Known, AccountEvent>()({
  row,
  name: 'account-totals',
  revision: 2,
  from: accountSource,
  may: ['owner', 'operator'],
  initial: { currency: '', balance: 0, status: 'open' },
  on: {
    AccountOpened: (known, { data }) => ({ ...known, ...data }),
    MoneyDeposited: (known, { data }) => ({ ...known, balance: known.balance + data.amount }),
    MoneyWithdrawn: (known, { data }) => ({ ...known, balance: known.balance - data.amount }),
    MoneyDebited: (known, { data }) => ({ ...known, balance: known.balance - data.amount }),
    MoneyCredited: (known, { data }) => ({ ...known, balance: known.balance + data.amount }),
    AccountClosed: (known) => ({ ...known, status: 'closed' }),
  },
  shares: ({ owner, currency, balance, status }) =>
    owner === undefined ? {} : { [owner]: { counts: { [status]: 1 }, sums: { [currency]: balance } } },
  owner: (row) => row,
  headsInRows: true,
  show: ({ counts, sums }) => ({ open: counts.open ?? 0, closed: counts.closed ?? 0, balances: sums }),
});
