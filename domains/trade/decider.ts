import { command, decider, fact, guarded, refuse } from 'foldstream';
import * as z from 'zod';
import { type TradeEvent, tradeEvents } from '../../events/trade.ts';
import { type Account, account } from '../account/decider.ts';
import { currency, idOf, minorUnits, quantity, statedAmount } from '../fields.ts';
import { type Kept, keptFor, nothingKept, withoutValue, withValue } from '../kept.ts';
import { type Book, matchesOf, type Order, orderIn, withFunded, withMatch, withOrder, withoutOrder } from './book.ts';

/** So that one order never matches more than a commit, or a reader's page, can hold. */
const mostOpen = 200;
const mostOpenOfOne = 20;

const ofOwnAccount = {
  owns: { account: ({ account }: Readonly<{ account: string }>) => account },
  facts: { account: guarded(account, ({ account }: Readonly<{ account: string }>) => account) },
};

const numbered = z.strictObject({ order: z.int().positive() });

const tradeCommands = {
  OpenBook: command(['operator'], z.strictObject({ currency })),
  Issue: command(['operator'], z.strictObject({ holder: idOf, quantity })),
  /** A limit order. `account` pays, or is paid, and can do so at the moment at which the order is stored. */
  Place: command(
    ['user'],
    z.strictObject({ side: z.enum(['buy', 'sell']), price: statedAmount, quantity, account: idOf }),
    ofOwnAccount,
  ),
  Cancel: command(['user'], numbered),
  Fund: command(['process'], numbered),
  Reject: command(['process'], numbered.extend({ because: z.string() })),
  /** Up to 0.1, and sent by instances of that release until they end. */
  HoldProceeds: command(['process'], numbered.extend({ amount: z.int().positive(), because: z.string() })),
  /** The owner of an account never changes: what was read of it is enough. */
  SetAside: command(['process'], z.strictObject({ account: idOf, amount: minorUnits, because: z.string() }), {
    facts: { account: fact(account, ({ account }) => account) },
  }),
  /** Pays what was set aside for the caller to another account of theirs. */
  PayOut: command(['user'], z.strictObject({ account: idOf }), ofOwnAccount),
};

export type Trade = Readonly<{
  currency?: string;
  placed: number;
  book: Book;
  /** By holder. */
  shares: Kept<number>;
  /** Proceeds that an account did not take, by the owner to whom they belong. */
  aside: Kept<number>;
  released: number;
}>;

/** The order book of one instrument, with the shares of each holder. Money is on accounts: settlement.ts moves it. */
export const trade = decider<Trade, TradeEvent>()({
  category: 'trade',
  events: tradeEvents,
  commands: tradeCommands,
  initial: { placed: 0, book: [], shares: nothingKept, aside: nothingKept, released: 0 },
  decide: {
    OpenBook: (state, { currency }) =>
      state.currency === undefined ? [{ type: 'BookOpened', data: { currency } }] : refuse('already-opened'),
    Issue: (state, { holder, quantity }) => {
      if (state.currency === undefined) return refuse('book-not-open');
      const isExact = Number.isSafeInteger(sharesOf(state, holder) + quantity);
      return isExact ? [{ type: 'SharesIssued', data: { owner: holder, quantity } }] : refuse('too-many-shares');
    },
    Place: (state, terms, { actor, facts }) => {
      const { currency, book, placed } = state;
      const own = book.filter(({ owner }) => owner === actor.id);
      if (currency === undefined) return refuse('book-not-open');
      if (book.length >= mostOpen) return refuse('book-full', { most: mostOpen });
      if (own.length >= mostOpenOfOne) return refuse('too-many-orders', { most: mostOpenOfOne });
      const refusal = notUsable(facts.account, actor.id, currency);
      if (refusal) return refusal;
      const data = { order: placed + 1, owner: actor.id, currency, ...terms };
      if (terms.side === 'buy') {
        const { balance } = facts.account;
        return terms.price * terms.quantity > balance
          ? refuse('insufficient-funds', { balance })
          : [{ type: 'OrderPlaced', data }];
      }
      const free = own.reduce((left, each) => left - (each.side === 'sell' ? each.left : 0), sharesOf(state, actor.id));
      if (free < terms.quantity) return refuse('insufficient-shares', { free });
      return [{ type: 'OrderPlaced', data }, ...matching(withOrder(book, placedOrder(data)))];
    },
    // A match that has happened stays: a cancelled order was cancelled as far as it was open.
    Cancel: ({ book }, { order }, { actor }) => {
      const open = orderIn(book, order);
      if (!open || open.owner !== actor.id) return refuse('order-not-open');
      return [{ type: 'OrderCancelled', data: { order, side: open.side, quantity: open.left } }];
    },
    Fund: ({ book }, { order }) => {
      const open = orderIn(book, order);
      if (!open || open.inBook) return refuse('order-not-open');
      return [{ type: 'OrderFunded', data: { order } }, ...matching(withFunded(book, order))];
    },
    Reject: ({ book }, data) => (orderIn(book, data.order)?.inBook === false ? [{ type: 'OrderRejected', data }] : []),
    HoldProceeds: (_, data) => [{ type: 'ProceedsHeld', data }],
    SetAside: (_, data, { facts }) => [{ type: 'ProceedsSetAside', data: { ...data, owner: facts.account.owner ?? '' } }],
    PayOut: ({ currency = '', aside, released }, { account }, { actor, facts }) => {
      const amount = keptFor(aside, actor.id);
      if (amount === undefined) return refuse('nothing-set-aside');
      const release = { release: released + 1, owner: actor.id, account, amount, currency };
      return notUsable(facts.account, actor.id, currency) ?? [{ type: 'ProceedsReleased', data: release }];
    },
  },
  evolve: {
    BookOpened: (state, { currency }) => ({ ...state, currency }),
    SharesIssued: (state, { owner, quantity }) => moved(state, owner, quantity),
    OrderPlaced: (state, data) => ({ ...state, placed: data.order, book: withOrder(state.book, placedOrder(data)) }),
    OrderFunded: (state, { order }) => ({ ...state, book: withFunded(state.book, order) }),
    OrderRejected: (state, { order }) => ({ ...state, book: withoutOrder(state.book, order) }),
    OrderCancelled: (state, { order }) => ({ ...state, book: withoutOrder(state.book, order) }),
    OrdersMatched: (state, match) => {
      const [buyer, seller] = [orderIn(state.book, match.buy)!.owner, orderIn(state.book, match.sell)!.owner];
      const after = moved(moved(state, seller, -match.quantity), buyer, match.quantity);
      return { ...after, book: withMatch(state.book, match) };
    },
    ProceedsHeld: (state) => state,
    ProceedsSetAside: (state, { owner, amount }) => ({
      ...state,
      aside: withValue(state.aside, owner, (keptFor(state.aside, owner) ?? 0) + amount),
    }),
    ProceedsReleased: (state, { owner, release }) => ({ ...state, released: release, aside: withoutValue(state.aside, owner) }),
  },
});

type Placed = Extract<TradeEvent, { type: 'OrderPlaced' }>['data'];
export const placedOrder = ({ quantity, currency: _, ...terms }: Placed): Order => ({
  ...terms,
  left: quantity,
  inBook: terms.side === 'sell',
});

const matching = (book: Book) => matchesOf(book).map((data) => ({ type: 'OrdersMatched', data }) as const);

/** The refusal of an account that is not the trader's, or takes no money of the book, or undefined. */
const notUsable = ({ owner, status, currency: accountCurrency }: Account, trader: string, currency: string) => {
  if (owner !== trader) return refuse('not-owner');
  if (status !== 'open') return refuse('account-not-open', { accountStatus: status });
  return accountCurrency === currency ? undefined : refuse('currency-mismatch', { accountCurrency });
};

const sharesOf = ({ shares }: Trade, owner: string): number => keptFor(shares, owner) ?? 0;

const moved = (state: Trade, owner: string, quantity: number): Trade => ({
  ...state,
  shares: withValue(state.shares, owner, sharesOf(state, owner) + quantity),
});
