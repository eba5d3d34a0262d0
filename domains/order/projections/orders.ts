import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type OrderEvent, orderSource } from '../../../events/order.ts';
import { currency, instant } from '../../fields.ts';
import type { OrderStatus } from '../decider.ts';
import { totalOf, withLine } from '../lines.ts';

const row = z.object({
  owner: z.string(),
  status: z.enum(['placed', 'paying', 'confirmed', 'shipped', 'cancelled', 'rejected', 'expired', 'settled-by-hand']),
  currency,
  total: z.int().meta({ description: 'In minor units.' }),
  lines: z.array(z.object({ sku: z.string(), quantity: z.int(), price: z.int() })).readonly(),
  reason: z.string().optional().meta({ description: 'Why it was cancelled or rejected.' }),
  because: z.string().optional().meta({ description: 'What the step that failed was refused with.' }),
  placedAt: instant,
  changedAt: instant,
});

type Row = Readonly<z.infer<typeof row>>;

/** GET /views/customer-orders, also as ?list=by-status&by=placed&order=newest-first, and /views/customer-orders/{orderId} */
export const customerOrders = rowPerStream<Row, OrderEvent>()({
  row,
  name: 'customer-orders',
  revision: 1,
  from: orderSource,
  may: ['owner', 'operator'],
  owner: (row) => row.owner,
  lists: { 'by-status': { by: (row) => row.status, sort: (row) => row.placedAt, within: 'owner' } },
  on: {
    OrderPlaced: (_, { data, at }) => ({ ...data, status: 'placed', total: totalOf(data.lines), placedAt: at, changedAt: at }),
    LineChanged: (row, { data, at }) => {
      const lines = withLine(row?.lines ?? [], data);
      return row && { ...row, lines, total: totalOf(lines), changedAt: at };
    },
    PaymentChosen: (row, event) => changed(row, 'paying', event),
    OrderConfirmed: (row, event) => changed(row, 'confirmed', event),
    OrderShipped: (row, event) => changed(row, 'shipped', event),
    OrderCancelled: (row, event) => changed(row, 'cancelled', event, { reason: event.data.reason }),
    OrderRejected: (row, event) => changed(row, 'rejected', event, { reason: event.data.reason, because: event.data.because }),
    OrderExpired: (row, event) => changed(row, 'expired', event),
    OrderSettledByHand: (row, event) => changed(row, 'settled-by-hand', event),
  },
});

const changed = (row: Row | undefined, status: OrderStatus, { at }: { at: string }, why: Partial<Row> = {}) =>
  row && { ...row, ...why, status, changedAt: at };
