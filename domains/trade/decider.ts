import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type TradeEvent, tradeEvents } from '../../events/trade.ts';
import { currency, idOf, quantity, statedAmount } from '../fields.ts';
import { type Kept, keptFor, nothingKept, withValue } from '../kept.ts';
import { type Book, matchesOf, type Order, orderIn, withFunded, withMatch, withOrder, withoutOrder } from './book.ts';

/** So that one order never matches more than a commit, or a reader's page, can hold. */
const mostOpen = 200;
const mostOpenOfOne = 20;

const numbered = z.strictObject({ order: z.int().positive() });

const tradeCommands = {
  OpenBook: command(['operator'], z.strictObject({ currency })),
  Issue: command(['operator'], z.strictObject({ holder: idOf, quantity })),
  /** A limit order. `account` pays, or is paid. */
  Place: command(['user'], z.strictObject({ side: z.enum(['buy', 'sell']), price: statedAmount, quantity, account: idOf }), {
    owns: { account: ({ account }) => account },
  }),
  Cancel: command(['user'], numbered),
  Fund: command(['process'], numbered),
  Reject: command(['process'], numbered.extend({ because: z.string() })),
  HoldProceeds: command(['process'], numbered.extend({ amount: z.int().positive(), because: z.string() })),
};

export type Trade = Readonly<{ currency?: string; placed: number; book: Book; shares: Kept<number> }>;

/** The order book of one instrument, with the shares of each holder. Money is on accounts: settlement.ts moves it. */
export const trade = decider<Trade, TradeEvent>()({
  category: 'trade',
  events: tradeEvents,
  commands: tradeCommands,
  initial: { placed: 0, book: [], shares: nothingKept },
  decide: {
    OpenBook: (state, { currency }) =>
      state.currency === undefined ? [{ type: 'BookOpened', data: { currency } }] : refuse('already-opened'),
    Issue: (state, { holder, quantity }) => {
      if (state.currency === undefined) return refuse('book-not-open');
      const isExact = Number.isSafeInteger(sharesOf(state, holder) + quantity);
      return isExact ? [{ type: 'SharesIssued', data: { owner: holder, quantity } }] : refuse('too-many-shares');
    },
    Place: (state, terms, { actor }) => {
      const { currency, book, placed } = state;
      const own = book.filter(({ owner }) => owner === actor.id);
      if (currency === undefined) return refuse('book-not-open');
      if (book.length >= mostOpen) return refuse('book-full', { most: mostOpen });
      if (own.length >= mostOpenOfOne) return refuse('too-many-orders', { most: mostOpenOfOne });
      const data = { order: placed + 1, owner: actor.id, currency, ...terms };
      if (terms.side === 'buy') return [{ type: 'OrderPlaced', data }];
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
  },
});

type Placed = Extract<TradeEvent, { type: 'OrderPlaced' }>['data'];
export const placedOrder = ({ quantity, currency: _, ...terms }: Placed): Order => ({
  ...terms,
  left: quantity,
  inBook: terms.side === 'sell',
});

const matching = (book: Book) => matchesOf(book).map((data) => ({ type: 'OrdersMatched', data }) as const);

const sharesOf = ({ shares }: Trade, owner: string): number => keptFor(shares, owner) ?? 0;

const moved = (state: Trade, owner: string, quantity: number): Trade => ({
  ...state,
  shares: withValue(state.shares, owner, sharesOf(state, owner) + quantity),
});
