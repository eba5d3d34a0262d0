import { rowsPerCommit } from 'foldstream';
import * as z from 'zod';
import { type AccountEvent, accountSource } from '../../../events/account.ts';
import { instant } from '../../fields.ts';

type Running = Readonly<{ owner?: string; balance: number }>;
const row = z.object({
  version: z.int(),
  at: instant,
  entry: z.string().meta({ description: 'opened, deposit, withdrawal, closed, or the purpose of a debit or credit.' }),
  amount: z.int().meta({ description: 'In minor units; negative if it leaves the account.' }),
  balance: z.int().meta({ description: 'The balance after this entry.' }),
  reference: z.string().optional().meta({ description: 'Of a transfer, payment or refund: the stream that it was for.' }),
  counterparty: z.string().optional().meta({ description: 'Of a transfer, payment or refund: the other account.' }),
});

type Entry = Readonly<z.infer<typeof row>>;
type For = Pick<Entry, 'reference' | 'counterparty'>;

/** GET /views/account-statement/{accountId}: the entries in order, each with the balance after it. */
export const accountStatement = rowsPerCommit<Running, Entry, AccountEvent>()({
  row,
  name: 'account-statement',
  revision: 2,
  from: accountSource,
  may: ['owner', 'operator'],
  initial: { balance: 0 },
  owner: (memory) => memory.owner,
  on: {
    AccountOpened: (_, event) => enter({ owner: event.data.owner, balance: 0 }, event, 'opened', 0),
    MoneyDeposited: (memory, event) => enter(memory, event, 'deposit', event.data.amount),
    MoneyWithdrawn: (memory, event) => enter(memory, event, 'withdrawal', -event.data.amount),
    MoneyDebited: (memory, event) => enter(memory, event, event.data.purpose, -event.data.amount, forWhat(event.data)),
    MoneyCredited: (memory, event) => enter(memory, event, event.data.purpose, event.data.amount, forWhat(event.data)),
    AccountClosed: (memory, event) => enter(memory, event, 'closed', 0),
  },
});

type Place = Readonly<{ version: number; at: string }>;

const enter = (memory: Running, { version, at }: Place, entry: string, amount: number, what: For = {}) => {
  const balance = memory.balance + amount;
  return { memory: { ...memory, balance }, rows: [{ version, at, entry, amount, balance, ...what }] };
};

const forWhat = ({ reference, counterparty }: For): For => ({ reference, ...(counterparty && { counterparty }) });
