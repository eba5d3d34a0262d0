import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type StockEvent, stockEvents } from '../../events/stock.ts';
import { currency, idOf, minorUnits, quantity } from '../fields.ts';
import { type Kept, keptFor, keptValues, nothingKept, withoutValue, withValue } from '../kept.ts';

const stockCommands = {
  Receive: command(['operator'], z.strictObject({ quantity })),
  /** `price` and `currency` are as the order has them from the catalogue: they are here for the history. */
  Reserve: command(['process'], z.strictObject({ orderId: idOf, quantity, price: minorUnits, currency })),
  Release: command(['process'], z.strictObject({ orderId: idOf })),
  Dispatch: command(['process'], z.strictObject({ orderId: idOf })),
};

export type Stock = Readonly<{
  available: number;
  /** By order: the reserved quantity. */
  reserved: Kept<number>;
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
    Reserve: (state, { orderId, quantity }) => {
      const { available } = state;
      const before = reservedFor(state, orderId);
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
    // Prices were here before the catalogue was.
    StockOffered: (state) => state,
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
