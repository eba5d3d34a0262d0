import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type AccountEvent, accountEvents } from '../../events/account.ts';
import { currency, minorUnits, statedAmount } from '../fields.ts';
import { type Kept, keptFor, keptValues, nothingKept, withoutValue, withValue } from '../kept.ts';

const money = z.strictObject({ amount: minorUnits, currency });

/** A movement made by a process: the stream on whose behalf, and the other account if there is one. */
const movement = money.extend({ reference: z.string().min(1).max(200), counterparty: z.string().max(128).optional() });

const accountCommands = {
  Open: command(['owner'], z.strictObject({ currency })),
  Deposit: command(['owner'], money.extend({ amount: statedAmount })),
  Withdraw: command(['owner'], money),
  /** `onBehalfOf` must own the account: a process may not take what its customer could not. */
  Debit: command(['process'], movement.extend({ purpose: z.enum(['transfer', 'payment']), onBehalfOf: z.string().min(1) })),
  Credit: command(['process'], movement.extend({ purpose: z.enum(['transfer', 'refund']) })),
  /** No amount taken for the reference is given back any more. */
  Settle: command(['process'], z.strictObject({ reference: z.string().min(1).max(200) })),
  IssueStatement: command(['process'], z.strictObject({ month: z.string().regex(/^\d{4}-\d{2}$/) })),
  Close: command(['owner', 'operator'], z.strictObject({ reason: z.string().trim().min(1).max(200) })),
};

type Money = z.infer<typeof money>;
/** `after` is the month of the last statement. */
type Unstated = Readonly<{ after?: string; opening: number; paidIn: number; paidOut: number; movements: number }>;
export type Account = Readonly<{
  status: 'unopened' | 'open' | 'closed';
  owner?: string;
  currency?: string;
  balance: number;
  /** By reference: the amount taken for it that may be given back. */
  open: Kept<number>;
  /** The sum of `open`. */
  mayReturn: number;
  /** What the next statement is to say: everything since the last one. */
  unstated: Unstated;
}>;

/** Amounts are in minor units: 1050 EUR is ten euros fifty. */
export const account = decider<Account, AccountEvent>()({
  category: 'account',
  events: accountEvents,
  commands: accountCommands,
  initial: {
    status: 'unopened',
    balance: 0,
    open: nothingKept,
    mayReturn: 0,
    unstated: { opening: 0, paidIn: 0, paidOut: 0, movements: 0 },
  },
  owner: (state) => state.owner,
  publishes: ['AccountOpened', 'AccountClosed'],
  decide: {
    Open: ({ status }, { currency }, { actor }) => {
      if (status === 'unopened') return [{ type: 'AccountOpened', data: { owner: actor.id, currency } }];
      return status === 'open' ? refuse('already-open') : refuse('account-not-open', { accountStatus: status });
    },
    Deposit: (state, money) => unusable(state, money) ?? tooMuch(state, money) ?? [{ type: 'MoneyDeposited', data: money }],
    Withdraw: (state, money) => unusable(state, money) ?? tooLittle(state, money) ?? [{ type: 'MoneyWithdrawn', data: money }],
    // Checks the owner first: nobody learns anything else about an account that is not theirs.
    Debit: (state, { onBehalfOf, ...movement }) => {
      if (state.owner !== undefined && state.owner !== onBehalfOf) return refuse('not-owner');
      const { reference, amount } = movement;
      return (
        unusable(state, movement) ??
        tooLittle(state, movement) ?? [
          { type: 'MoneyDebited', data: movement },
          { type: 'MovementOpened', data: { reference, amount } },
        ]
      );
    },
    // The sender may be any customer, so refusals must not reveal the balance. No single transfer comes near the limit.
    Credit: (state, movement) => {
      const { reference, purpose } = movement;
      const isReturned = purpose === 'refund' && keptFor(state.open, reference) !== undefined;
      // A returned amount always fits: `mayReturn` reserves room for it.
      const refusal = unusable(state, movement) ?? (isReturned ? undefined : tooMuch(state, movement));
      if (refusal) return refusal.refused === 'balance-too-large' ? refuse(refusal.refused) : refusal;
      const settled = isReturned ? [{ type: 'MovementSettled', data: { reference } } as const] : [];
      return [{ type: 'MoneyCredited', data: movement }, ...settled];
    },
    // Never refused: amounts taken by the release before are open nowhere.
    Settle: ({ open }, { reference }) =>
      keptFor(open, reference) === undefined ? [] : [{ type: 'MovementSettled', data: { reference } }],
    // A statement covers the stream from the last one to here, so nothing is in none of them, and nothing in two.
    IssueStatement: ({ status, currency = '', balance, unstated }, { month }) => {
      if (status === 'unopened') return refuse('account-not-open', { accountStatus: status });
      const { after = '', opening, paidIn, paidOut, movements } = unstated;
      if (month <= after) return [];
      const sums = Number.isSafeInteger(paidIn + paidOut) ? { paidIn, paidOut } : {};
      return [{ type: 'StatementIssued', data: { month, currency, opening, ...sums, closing: balance, movements } }];
    },
    Close: (state, { reason }) => {
      if (state.status !== 'open') return refuse('account-not-open', { accountStatus: state.status });
      if (state.balance > 0) return refuse('balance-not-zero', { balance: state.balance });
      // Money that is given back needs an open account.
      const open = keptValues(state.open).length;
      return open > 0 ? refuse('movements-open', { open }) : [{ type: 'AccountClosed', data: { reason } }];
    },
  },
  evolve: {
    AccountOpened: (state, { owner, currency }) => ({ ...state, status: 'open', owner, currency }),
    MoneyDeposited: (state, { amount }) => moved(state, amount),
    MoneyWithdrawn: (state, { amount }) => moved(state, -amount),
    MoneyDebited: (state, { amount }) => moved(state, -amount),
    MoneyCredited: (state, { amount }) => moved(state, amount),
    MovementOpened: (state, { reference, amount }) => withOpen(state, reference, (keptFor(state.open, reference) ?? 0) + amount),
    MovementSettled: (state, { reference }) => withOpen(state, reference, 0),
    AccountClosed: (state) => ({ ...state, status: 'closed' }),
    StatementIssued: (state, { month, closing }) => ({
      ...state,
      unstated: { after: month, opening: closing, paidIn: 0, paidOut: 0, movements: 0 },
    }),
  },
});

const moved = (state: Account, amount: number): Account => {
  const { unstated } = state;
  return {
    ...state,
    balance: state.balance + amount,
    unstated: {
      ...unstated,
      paidIn: unstated.paidIn + Math.max(amount, 0),
      paidOut: unstated.paidOut - Math.min(amount, 0),
      movements: unstated.movements + 1,
    },
  };
};

const withOpen = (state: Account, reference: string, amount: number): Account => {
  const before = keptFor(state.open, reference) ?? 0;
  const open = amount > 0 ? withValue(state.open, reference, amount) : withoutValue(state.open, reference);
  return { ...state, open, mayReturn: state.mayReturn - before + amount };
};

/** The refusal that any movement meets on an account that cannot take it, or undefined. */
const unusable = (state: Account, money: Money) => {
  if (state.status !== 'open') return refuse('account-not-open', { accountStatus: state.status });
  return money.currency === state.currency ? undefined : refuse('currency-mismatch', { accountCurrency: state.currency });
};

const tooMuch = ({ balance, mayReturn }: Account, { amount }: Money) =>
  Number.isSafeInteger(balance + mayReturn + amount) ? undefined : refuse('balance-too-large', { balance });

const tooLittle = ({ balance }: Account, { amount }: Money) =>
  amount <= balance ? undefined : refuse('insufficient-funds', { balance });
