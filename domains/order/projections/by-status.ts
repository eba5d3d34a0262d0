import { sharedRows } from 'foldstream';
import * as z from 'zod';
import { type OrderEvent, orderSource } from '../../../events/order.ts';
import { count, sumByCurrency } from '../../fields.ts';
import type { OrderStatus } from '../decider.ts';
import { type Line, totalOf, withLine } from '../lines.ts';

type Known = Readonly<{ status?: OrderStatus; currency: string; lines: readonly Line[] }>;

const row = z.object({ orders: count, totals: sumByCurrency });

/** GET /views/orders-by-status/{status}: the number of orders and their total, by currency. */
export const ordersByStatus = sharedRows<Known, OrderEvent>()({
  row,
  name: 'orders-by-status',
  revision: 1,
  from: orderSource,
  may: ['operator'],
  initial: { currency: '', lines: [] },
  on: {
    OrderPlaced: (_, { data: { currency, lines } }) => ({ status: 'placed', currency, lines }),
    LineChanged: (known, { data }) => ({ ...known, lines: withLine(known.lines, data) }),
    PaymentChosen: (known) => ({ ...known, status: 'paying' }),
    OrderConfirmed: (known) => ({ ...known, status: 'confirmed' }),
    OrderShipped: (known) => ({ ...known, status: 'shipped' }),
    OrderCancelled: (known) => ({ ...known, status: 'cancelled' }),
    OrderRejected: (known) => ({ ...known, status: 'rejected' }),
    OrderExpired: (known) => ({ ...known, status: 'expired' }),
    OrderSettledByHand: (known) => ({ ...known, status: 'settled-by-hand' }),
  },
  shares: ({ status, currency, lines }) =>
    status === undefined ? {} : { [status]: { counts: { orders: 1 }, sums: { [currency]: totalOf(lines) } } },
  show: ({ counts, sums }) => ({ orders: counts.orders ?? 0, totals: sums }),
});
