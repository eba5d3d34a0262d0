import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type AccountEvent, accountSource } from '../../../events/account.ts';

const row = z.object({ owner: z.string(), currency: z.string(), balance: z.int(), changedAt: z.iso.datetime() });

type Balance = Readonly<z.infer<typeof row>>;

/** GET /views/account-balance and /views/account-balance/{id} */
export const accountBalance = rowPerStream<Balance, AccountEvent>()({
  row,
  name: 'account-balance',
  revision: 1,
  from: accountSource,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  on: {
    AccountOpened: (_, { data, at }) => ({ ...data, balance: 0, changedAt: at }),
    MoneyDeposited: (row, { data, at }) => row && { ...row, balance: row.balance + data.amount, changedAt: at },
    MoneyWithdrawn: (row, { data, at }) => row && { ...row, balance: row.balance - data.amount, changedAt: at },
  },
});
