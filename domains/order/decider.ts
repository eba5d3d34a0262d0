import { command, decider, guarded, refuse } from 'foldstream';
import * as z from 'zod';
import { type OrderEvent, orderEvents } from '../../events/order.ts';
import { currency, idOf, mostStated, quantity } from '../fields.ts';
import { type Product, product } from '../product/decider.ts';
import { priceAt } from '../product/prices.ts';
import { type Line, totalOf, withLine } from './lines.ts';

const mostLines = 20;
const line = z.strictObject({ sku: idOf, quantity });

const orderCommands = {
  /** The catalogue says the prices, and has not changed when the order is stored. */
  Place: command(['owner'], z.strictObject({ lines: z.array(line).min(1).max(mostLines).readonly(), currency }), {
    facts: { product: guarded(product, ({ lines }) => lines.map(({ sku }) => sku)) },
  }),
  /** The line as it is to be, at the price of the catalogue now; a quantity of 0 takes it out. */
  ChangeLine: command(['owner'], line.extend({ quantity: z.union([z.literal(0), quantity]) }), {
    facts: { product: guarded(product, ({ sku }) => sku) },
  }),
  // As with a transfer: a customer cannot write refusals into the history of another's account.
  Pay: command(['owner'], z.strictObject({ account: idOf }), { owns: { account: ({ account }) => account } }),
  Cancel: command(['owner'], z.strictObject({ reason: z.string().trim().min(1).max(200) })),
  Ship: command(['operator'], z.strictObject({})),
  Confirm: command(['process'], z.strictObject({})),
  Reject: command(
    ['process'],
    z.strictObject({
      reason: z.enum(['stock-refused', 'payment-refused']),
      because: z.string().optional(),
      sku: idOf.optional(),
    }),
  ),
  /** `changes`: the number of changes that the sender knew of, for the history. A change does not extend the time to pay. */
  Expire: command(['process'], z.strictObject({ changes: z.int().nonnegative() })),
  SettleByHand: command(['process'], z.strictObject({})),
};

export type OrderStatus =
  | 'placed'
  | 'paying'
  | 'confirmed'
  | 'shipped'
  | 'cancelled'
  | 'rejected'
  | 'expired'
  | 'settled-by-hand';
export type Order = Readonly<{
  status: 'new' | OrderStatus;
  owner?: string;
  currency: string;
  lines: readonly Line[];
  changes: number;
}>;

/** The currency is fixed when an order is placed, its lines and with them the total when the customer pays. */
export const order = decider<Order, OrderEvent>()({
  category: 'order',
  events: orderEvents,
  commands: orderCommands,
  initial: { status: 'new', currency: '', lines: [], changes: 0 },
  owner: (state) => state.owner,
  publishes: ['OrderConfirmed', 'OrderShipped', 'OrderCancelled'],
  decide: {
    Place: ({ status }, { lines: wanted, currency }, { actor, at, facts }) => {
      if (status !== 'new') return refuse('already-placed', { orderStatus: status });
      if (new Set(wanted.map(({ sku }) => sku)).size < wanted.length) return refuse('sku-twice');
      const lines = wanted.map((line) => ({ ...line, price: priceOf(facts.product[line.sku], currency, at) ?? 0 }));
      const unpriced = lines.find(({ price }) => price === 0);
      if (unpriced) return refuse('not-for-sale', { sku: unpriced.sku, currency });
      return tooLarge(lines) ?? [{ type: 'OrderPlaced', data: { owner: actor.id, currency, lines } }];
    },
    ChangeLine: (state, { sku, quantity }, { at, facts }) => {
      if (state.status !== 'placed') return notOpen(state);
      const kept = state.lines.find((line) => line.sku === sku);
      if (quantity === 0 && !kept) return [];
      const price = quantity === 0 && kept ? kept.price : priceOf(facts.product, state.currency, at);
      if (price === undefined) return refuse('not-for-sale', { sku, currency: state.currency });
      const line = { sku, quantity, price };
      const lines = withLine(state.lines, line);
      if (lines.length === 0) return refuse('no-lines-left');
      if (lines.length > mostLines) return refuse('too-many-lines', { most: mostLines });
      return tooLarge(lines) ?? (isSame(state.lines, lines) ? [] : [{ type: 'LineChanged', data: line }]);
    },
    Pay: (state, { account }) => {
      if (state.status !== 'placed') return notOpen(state);
      return [{ type: 'PaymentChosen', data: { account, amount: totalOf(state.lines), currency: state.currency } }];
    },
    Cancel: (state, { reason }) =>
      isOneOf(state, ['placed', 'paying', 'confirmed']) ? [{ type: 'OrderCancelled', data: { reason } }] : notOpen(state),
    Ship: (state) => (isOneOf(state, ['confirmed']) ? [{ type: 'OrderShipped', data: {} }] : notOpen(state)),
    Confirm: (state) => (isOneOf(state, ['paying']) ? [{ type: 'OrderConfirmed', data: {} }] : notOpen(state)),
    Reject: (state, why) => (isOneOf(state, ['placed', 'paying']) ? [{ type: 'OrderRejected', data: why }] : notOpen(state)),
    Expire: (state) => (isOneOf(state, ['placed']) ? [{ type: 'OrderExpired', data: {} }] : notOpen(state)),
    // Never refused: a final state stays.
    SettleByHand: (state) =>
      isOneOf(state, ['placed', 'paying', 'confirmed']) ? [{ type: 'OrderSettledByHand', data: {} }] : [],
  },
  evolve: {
    OrderPlaced: (state, { owner, currency, lines }) => ({ ...state, status: 'placed', owner, currency, lines }),
    LineChanged: (state, line) => ({ ...state, lines: withLine(state.lines, line), changes: state.changes + 1 }),
    PaymentChosen: (state) => ({ ...state, status: 'paying' }),
    OrderConfirmed: (state) => ({ ...state, status: 'confirmed' }),
    OrderShipped: (state) => ({ ...state, status: 'shipped' }),
    OrderCancelled: (state) => ({ ...state, status: 'cancelled' }),
    OrderRejected: (state) => ({ ...state, status: 'rejected' }),
    OrderExpired: (state) => ({ ...state, status: 'expired' }),
    OrderSettledByHand: (state) => ({ ...state, status: 'settled-by-hand' }),
  },
});

/** The price that holds now, of a product that is for sale in this currency. */
const priceOf = (product: Product | undefined, currency: string, at: string): number | undefined =>
  product?.status === 'listed' && product.currency === currency ? priceAt(product.prices, at) : undefined;

const isOneOf = ({ status }: Order, statuses: readonly Order['status'][]) => statuses.includes(status);
const notOpen = ({ status }: Order) => refuse('order-not-open', { orderStatus: status });
/** Anybody can place an order without paying: sums over all orders have room for millions of the largest. */
const tooLarge = (lines: readonly Line[]) =>
  totalOf(lines) <= mostStated ? undefined : refuse('total-too-large', { most: mostStated });
const isSame = (before: readonly Line[], after: readonly Line[]) => JSON.stringify(before) === JSON.stringify(after);
