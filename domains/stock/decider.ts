import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type StockEvent, stockEvents } from '../../events/stock.ts';
import { currency, idOf, minorUnits, quantity } from '../fields.ts';
import { type Kept, keptFor, keptValues, nothingKept, withoutValue, withValue } from '../kept.ts';

const stockCommands = {
  Receive: command(['operator'], z.strictObject({ quantity })),
  Offer: command(['operator'], z.strictObject({ price: minorUnits, currency })),
  Reserve: command(['process'], z.strictObject({ orderId: idOf, quantity, price: minorUnits, currency })),
  Release: command(['process'], z.strictObject({ orderId: idOf })),
  Dispatch: command(['process'], z.strictObject({ orderId: idOf })),
};

export type Stock = Readonly<{
  available: number;
  /** By order: the reserved quantity. */
  reserved: Kept<number>;
  offer?: Readonly<{ price: number; currency: string }>;
}>;

/** An article, by its sku. `Reserve` sets an order's quantity instead of adding to it, so that a repeat changes nothing. */
export const stock = decider<Stock, StockEvent>()({
  category: 'stock',
  events: stockEvents,
  commands: stockCommands,
  initial: { available: 0, reserved: nothingKept },
  decide: {
    Receive: ({ available, reserved }, { quantity }) => {
      const all = keptValues(reserved).reduce((sum, each) => sum + each, available + quantity);
      return Number.isSafeInteger(all)
        ? [{ type: 'StockReceived', data: { quantity } }]
        : refuse('stock-too-large', { available });
    },
    Offer: ({ offer }, { price, currency }) =>
      offer?.price === price && offer.currency === currency ? [] : [{ type: 'StockOffered', data: { price, currency } }],
    // The customer states the price that they saw, and cannot choose another one.
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
      reserved: withValue(state.reserved, orderId, quantity),
    }),
    StockReleased: (state, { orderId, quantity }) => ({ ...without(state, orderId), available: state.available + quantity }),
    StockDispatched: (state, { orderId }) => without(state, orderId),
  },
});

const reservedFor = ({ reserved }: Stock, orderId: string): number => keptFor(reserved, orderId) ?? 0;

const without = (state: Stock, orderId: string): Stock => ({ ...state, reserved: withoutValue(state.reserved, orderId) });
