import * as z from 'zod';
import { type AccountEvent, accountEvents } from '../../../events/account.ts';
import { type CommandOf, command, type Decider, refuse } from '../../core/decider.ts';

const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in ISO 4217');
const money = z.strictObject({ amount: z.int().positive(), currency });

const accountCommands = {
  Open: command(['owner'], z.strictObject({ currency })),
  Deposit: command(['owner'], money),
  Withdraw: command(['owner'], money),
  Close: command(['owner', 'operator'], z.strictObject({ reason: z.string().trim().min(1).max(200) })),
};

type AccountCommand = CommandOf<typeof accountCommands>;
type Money = z.infer<typeof money>;
export type Account = Readonly<{ status: 'unopened' | 'open' | 'closed'; owner?: string; currency?: string; balance: number }>;

/** Amounts are in minor units: 1050 EUR is ten euros fifty. */
export const account: Decider<Account, AccountCommand, AccountEvent> = {
  category: 'account',
  events: accountEvents,
  commands: accountCommands,
  initial: { status: 'unopened', balance: 0 },
  owner: (state) => state.owner,
  publishes: ['AccountOpened', 'AccountClosed'],
  decide: {
    Open: ({ status }, { currency }, { actor }) => {
      if (status === 'unopened') return [{ type: 'AccountOpened', data: { owner: actor.id, currency } }];
      return status === 'open' ? refuse('already-open') : refuse('account-not-open', { accountStatus: status });
    },
    Deposit: (state, money) =>
      unusable(state, money) ??
      (Number.isSafeInteger(state.balance + money.amount)
        ? [{ type: 'MoneyDeposited', data: money }]
        : refuse('balance-too-large', { balance: state.balance })),
    Withdraw: (state, money) =>
      unusable(state, money) ??
      (money.amount <= state.balance
        ? [{ type: 'MoneyWithdrawn', data: money }]
        : refuse('insufficient-funds', { balance: state.balance })),
    Close: (state, { reason }) => {
      if (state.status !== 'open') return refuse('account-not-open', { accountStatus: state.status });
      return state.balance === 0
        ? [{ type: 'AccountClosed', data: { reason } }]
        : refuse('balance-not-zero', { balance: state.balance });
    },
  },
  evolve: {
    AccountOpened: (_, { owner, currency }) => ({ status: 'open', owner, currency, balance: 0 }),
    MoneyDeposited: (state, { amount }) => ({ ...state, balance: state.balance + amount }),
    MoneyWithdrawn: (state, { amount }) => ({ ...state, balance: state.balance - amount }),
    AccountClosed: (state) => ({ ...state, status: 'closed' }),
  },
};

/** The refusal that any movement meets on an account that cannot take it, or undefined. */
const unusable = (state: Account, money: Money) => {
  if (state.status !== 'open') return refuse('account-not-open', { accountStatus: state.status });
  return money.currency === state.currency ? undefined : refuse('currency-mismatch', { accountCurrency: state.currency });
};
