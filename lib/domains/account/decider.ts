import * as z from 'zod';
import { type AccountEvent, accountEvents } from '../../../events/account.ts';
import { type CommandOf, command, type Decider, refuse } from '../../core/decider.ts';
import { currency, minorUnits, statedAmount } from '../fields.ts';

const money = z.strictObject({ amount: minorUnits, currency });

/** What a process moves: the stream that it moves it for, and the other account where there is one. */
const movement = money.extend({ reference: z.string().min(1).max(200), counterparty: z.string().max(128).optional() });

const accountCommands = {
  Open: command(['owner'], z.strictObject({ currency })),
  Deposit: command(['owner'], money.extend({ amount: statedAmount })),
  Withdraw: command(['owner'], money),
  /** On behalf of somebody, who must own the account: a process may not take what its customer could not. */
  Debit: command(['process'], movement.extend({ purpose: z.enum(['transfer', 'payment']), onBehalfOf: z.string().min(1) })),
  Credit: command(['process'], movement.extend({ purpose: z.enum(['transfer', 'refund']) })),
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
    Deposit: (state, money) => unusable(state, money) ?? tooMuch(state, money) ?? [{ type: 'MoneyDeposited', data: money }],
    Withdraw: (state, money) => unusable(state, money) ?? tooLittle(state, money) ?? [{ type: 'MoneyWithdrawn', data: money }],
    // Whose it is comes first: nobody learns anything else about an account that is not theirs.
    Debit: (state, { onBehalfOf, ...movement }) => {
      if (state.owner !== undefined && state.owner !== onBehalfOf) return refuse('not-owner');
      return unusable(state, movement) ?? tooLittle(state, movement) ?? [{ type: 'MoneyDebited', data: movement }];
    },
    // The sender may be anybody: what they are told must not tell what is there. What one transfer may be about comes nowhere near the limit.
    Credit: (state, movement) => {
      const refusal = unusable(state, movement) ?? tooMuch(state, movement);
      if (refusal) return refusal.refused === 'balance-too-large' ? refuse(refusal.refused) : refusal;
      return [{ type: 'MoneyCredited', data: movement }];
    },
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
    MoneyDebited: (state, { amount }) => ({ ...state, balance: state.balance - amount }),
    MoneyCredited: (state, { amount }) => ({ ...state, balance: state.balance + amount }),
    AccountClosed: (state) => ({ ...state, status: 'closed' }),
  },
};

/** The refusal that any movement meets on an account that cannot take it, or undefined. */
const unusable = (state: Account, money: Money) => {
  if (state.status !== 'open') return refuse('account-not-open', { accountStatus: state.status });
  return money.currency === state.currency ? undefined : refuse('currency-mismatch', { accountCurrency: state.currency });
};

const tooMuch = ({ balance }: Account, { amount }: Money) =>
  Number.isSafeInteger(balance + amount) ? undefined : refuse('balance-too-large', { balance });

const tooLittle = ({ balance }: Account, { amount }: Money) =>
  amount <= balance ? undefined : refuse('insufficient-funds', { balance });
