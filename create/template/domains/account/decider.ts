import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type AccountEvent, accountEvents } from '../../events/account.ts';

const currency = z.string().regex(/^[A-Z]{3}$/);
/** In minor units: 1050 EUR is ten euros fifty. */
const money = z.strictObject({ amount: z.int().positive().max(1_000_000_000_000), currency });

type Money = z.infer<typeof money>;
type Account = Readonly<{ owner?: string; currency?: string; balance: number }>;

/** POST /account/{id}/open, /deposit and /withdraw */
export const account = decider<Account, AccountEvent>()({
  category: 'account',
  events: accountEvents,
  commands: {
    Open: command(['owner'], z.strictObject({ currency })),
    Deposit: command(['owner'], money),
    Withdraw: command(['owner'], money),
  },
  initial: { balance: 0 },
  owner: (state) => state.owner,
  decide: {
    Open: ({ owner }, { currency }, { actor }) =>
      owner === undefined ? [{ type: 'AccountOpened', data: { owner: actor.id, currency } }] : refuse('already-open'),
    Deposit: (state, money) => unusable(state, money) ?? [{ type: 'MoneyDeposited', data: money }],
    Withdraw: (state, money) => {
      const refusal = unusable(state, money);
      if (refusal) return refusal;
      if (money.amount > state.balance) return refuse('insufficient-funds', { balance: state.balance });
      return [{ type: 'MoneyWithdrawn', data: money }];
    },
  },
  evolve: {
    AccountOpened: (_, { owner, currency }) => ({ owner, currency, balance: 0 }),
    MoneyDeposited: (state, { amount }) => ({ ...state, balance: state.balance + amount }),
    MoneyWithdrawn: (state, { amount }) => ({ ...state, balance: state.balance - amount }),
  },
});

/** The refusal that any movement of money meets on an account that cannot take it. */
const unusable = (state: Account, { currency }: Money) => {
  if (state.owner === undefined) return refuse('not-open');
  return currency === state.currency ? undefined : refuse('currency-mismatch', { accountCurrency: state.currency });
};
