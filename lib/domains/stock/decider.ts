import * as z from 'zod';
import { type StockEvent, stockEvents } from '../../../events/stock.ts';
import { type CommandOf, command, type Decider, refuse } from '../../core/decider.ts';
import { currency, idOf, minorUnits, quantity } from '../fields.ts';

const stockCommands = {
  Receive: command(['operator'], z.strictObject({ quantity })),
  Offer: command(['operator'], z.strictObject({ price: minorUnits, currency })),
  Reserve: command(['process'], z.strictObject({ orderId: idOf, quantity, price: minorUnits, currency })),
  Release: command(['process'], z.strictObject({ orderId: idOf })),
  Dispatch: command(['process'], z.strictObject({ orderId: idOf })),
};

type StockCommand = CommandOf<typeof stockCommands>;
export type Stock = Readonly<{
  available: number;
  /** By order: what is kept for it. */
  reserved: Readonly<Record<string, number>>;
  offer?: Readonly<{ price: number; currency: string }>;
}>;

/** One thing that is sold, by its sku. What an order has reserved is set, not added to, so that a repeat changes nothing. */
export const stock: Decider<Stock, StockCommand, StockEvent> = {
  category: 'stock',
  events: stockEvents,
  commands: stockCommands,
  initial: { available: 0, reserved: {} },
  decide: {
    Receive: ({ available, reserved }, { quantity }) => {
      const all = Object.values(reserved).reduce((sum, each) => sum + each, available + quantity);
      return Number.isSafeInteger(all)
        ? [{ type: 'StockReceived', data: { quantity } }]
        : refuse('stock-too-large', { available });
    },
    Offer: ({ offer }, { price, currency }) =>
      offer?.price === price && offer.currency === currency ? [] : [{ type: 'StockOffered', data: { price, currency } }],
    // Customers name the price that they saw; another one is not theirs to choose.
    Reserve: (state, { orderId, quantity, price, currency }) => {
      const { offer, available } = state;
      const before = reservedFor(state, orderId);
      if (!offer) return refuse('not-for-sale');
      if (offer.price !== price || offer.currency !== currency) return refuse('price-differs', offer);
      if (quantity - before > available) return refuse('insufficient-stock', { available });
      return quantity === before ? [] : [{ type: 'StockReserved', data: { orderId, quantity } }];
    },
    Release: (state, { orderId }) => {
      const quantity = reservedFor(state, orderId);
      return quantity === 0 ? [] : [{ type: 'StockReleased', data: { orderId, quantity } }];
    },
    Dispatch: (state, { orderId }) => {
      const quantity = reservedFor(state, orderId);
      return quantity === 0 ? refuse('not-reserved') : [{ type: 'StockDispatched', data: { orderId, quantity } }];
    },
  },
  evolve: {
    StockReceived: (state, { quantity }) => ({ ...state, available: state.available + quantity }),
    StockOffered: (state, offer) => ({ ...state, offer }),
    StockReserved: (state, { orderId, quantity }) => ({
      ...state,
      available: state.available - (quantity - reservedFor(state, orderId)),
      reserved: { ...state.reserved, [orderId]: quantity },
    }),
    StockReleased: (state, { orderId, quantity }) => ({ ...without(state, orderId), available: state.available + quantity }),
    StockDispatched: (state, { orderId }) => without(state, orderId),
  },
};

/** An order may be called `constructor`. */
const reservedFor = ({ reserved }: Stock, orderId: string): number =>
  Object.hasOwn(reserved, orderId) ? (reserved[orderId] ?? 0) : 0;

const without = (state: Stock, orderId: string): Stock => {
  const { [orderId]: _, ...reserved } = state.reserved;
  return { ...state, reserved };
};
