import type { AccountEvent } from '../../../../events/account.ts';
import { type RowsPerStream, rowKey } from '../../../core/projection.ts';
import { account } from '../decider.ts';

type Running = Readonly<{ owner?: string; balance: number }>;
type Entry = Readonly<{ version: number; at: string; entry: string; amount: number; balance: number }>;

/** GET /views/account-statement/{accountId}: the entries in order, each with the balance after it. */
export const accountStatement: RowsPerStream<Running, Entry, AccountEvent> = {
  kind: 'rows-per-stream',
  name: 'account-statement',
  revision: 1,
  from: account,
  may: ['owner', 'operator'],
  initial: { balance: 0 },
  owner: (memory) => memory.owner,
  on: {
    AccountOpened: (_, event) => enter({ owner: event.data.owner, balance: 0 }, event, 'opened', 0),
    MoneyDeposited: (memory, event) => enter(memory, event, 'deposit', event.data.amount),
    MoneyWithdrawn: (memory, event) => enter(memory, event, 'withdrawal', -event.data.amount),
    AccountClosed: (memory, event) => enter(memory, event, 'closed', 0),
  },
};

const enter = (memory: Running, { version, at }: { version: number; at: string }, entry: string, amount: number) => {
  const balance = memory.balance + amount;
  return { memory: { ...memory, balance }, rows: { [rowKey(version)]: { version, at, entry, amount, balance } } };
};
