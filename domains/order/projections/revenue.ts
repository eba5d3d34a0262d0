import { type Share, sharedRows } from 'foldstream';
import * as z from 'zod';
import { type OrderEvent, orderSource } from '../../../events/order.ts';
import { count, sumByCurrency } from '../../fields.ts';

type Known = Readonly<{ amount: number; currency: string; day?: string; cancelled: boolean }>;

const row = z.object({ orders: count, cancelled: count, revenue: sumByCurrency });

/** GET /views/revenue/{day}: the orders confirmed on a day (UTC), by currency. A later cancellation reduces the sum of that day. */
export const revenue = sharedRows<Known, OrderEvent>()({
  row,
  name: 'revenue',
  revision: 1,
  from: orderSource,
  may: ['operator'],
  initial: { amount: 0, currency: '', cancelled: false },
  on: {
    PaymentChosen: (known, { data: { amount, currency } }) => ({ ...known, amount, currency }),
    OrderConfirmed: (known, { at }) => ({ ...known, day: at.slice(0, 10) }),
    OrderCancelled: (known) => ({ ...known, cancelled: true }),
  },
  shares: ({ day, amount, currency, cancelled }): Readonly<Record<string, Share>> => {
    if (day === undefined) return {};
    return { [day]: cancelled ? { counts: { cancelled: 1 } } : { counts: { orders: 1 }, sums: { [currency]: amount } } };
  },
  show: ({ counts, sums }) => ({ orders: counts.orders ?? 0, cancelled: counts.cancelled ?? 0, revenue: sums }),
});
