import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

const amount = z.int().positive();
/** The number of an order in its book. */
const order = z.int().positive();
const side = z.enum(['buy', 'sell']);
/** `account`: the seller's, which is paid. */
const matched = z.object({ buy: order, sell: order, price: amount, quantity: amount, account: z.string() });

/** Stored formats: append-only once released, see account.ts. */
export const tradeEvents = {
  BookOpened: v1(z.object({ currency: z.string().regex(/^[A-Z]{3}$/) })),
  SharesIssued: v1(z.object({ owner: z.string(), quantity: amount })),
  /** An order to sell is in the book from now on, one to buy once its money is there. */
  OrderPlaced: v1(
    z.object({ order, owner: z.string(), side, price: amount, quantity: amount, currency: z.string(), account: z.string() }),
  ),
  OrderFunded: v1(z.object({ order })),
  OrderRejected: v1(z.object({ order, because: z.string() })),
  /** `quantity`: what was not matched. */
  OrderCancelled: v1(z.object({ order, side, quantity: amount })),
  OrdersMatched: v1(matched)
    // v2, 2026-12: why these two, of all that could have been matched.
    .next(matched.extend({ why: z.enum(['best-price', 'first-at-its-price', 'not-recorded']) }), (old) => ({
      ...old,
      why: 'not-recorded' as const,
    })),
  /** Up to 0.1: the seller's account did not take the money, which is paid by hand. */
  ProceedsHeld: v1(z.object({ order, amount, because: z.string() })),
  /** The account did not take the money, which belongs to its owner. */
  ProceedsSetAside: v1(z.object({ owner: z.string(), account: z.string(), amount, because: z.string() })),
  /** All that was held for the owner is on its way to the account. */
  ProceedsReleased: v1(z.object({ release: order, owner: z.string(), account: z.string(), amount, currency: z.string() })),
};

export type TradeEvent = EventOf<typeof tradeEvents>;

export const tradeSource: Source<TradeEvent> = { category: 'trade', events: tradeEvents };
