import * as z from 'zod';
import {
  command,
  decider,
  defineManifest,
  type EventOf,
  effect,
  perform,
  process,
  type Source,
  send,
  v1,
} from '../../../lib/index.ts';

const placed = z.object({ amount: z.int(), card: z.string() });

const orderEvents = {
  OrderPlaced: v1(placed),
  OrderPaid: v1(z.object({ charge: z.string() })),
  OrderCancelled: v1(z.object({ why: z.string() })),
  PaymentUnclear: v1(z.object({ why: z.string() })),
};
type OrderEvent = EventOf<typeof orderEvents>;
const orderSource: Source<OrderEvent> = { category: 'order', events: orderEvents };

type Order = Readonly<{ status: 'new' | 'placed' | 'paid' | 'cancelled' | 'unclear' }>;

/** An order that is paid through a provider. */
export const order = decider<Order, OrderEvent>()({
  category: 'order',
  events: orderEvents,
  commands: {
    Place: command(['user'], z.strictObject({ amount: z.int(), card: z.string() })),
    Pay: command(['process'], z.strictObject({ charge: z.string() })),
    Cancel: command(['process'], z.strictObject({ why: z.string() })),
    Doubt: command(['process'], z.strictObject({ why: z.string() })),
  },
  initial: { status: 'new' },
  decide: {
    Place: ({ status }, data) => (status === 'new' ? [{ type: 'OrderPlaced', data }] : []),
    Pay: (_, data) => [{ type: 'OrderPaid', data }],
    Cancel: (_, data) => [{ type: 'OrderCancelled', data }],
    Doubt: (_, data) => [{ type: 'PaymentUnclear', data }],
  },
  evolve: {
    OrderPlaced: () => ({ status: 'placed' }),
    OrderPaid: () => ({ status: 'paid' }),
    OrderCancelled: () => ({ status: 'cancelled' }),
    PaymentUnclear: () => ({ status: 'unclear' }),
  },
});

export const chargeCard = effect({
  name: 'chargeCard',
  input: v1(z.object({ amount: z.int(), card: z.string() })),
  answer: v1(z.object({ charge: z.string() })),
  timeout: { seconds: 2 },
  retries: { first: { seconds: 1 }, longest: { seconds: 4 } },
  giveUp: { seconds: 30 },
  circuit: { opensAfter: 4, probesAfter: { seconds: 2 } },
});

const memory = v1(z.object({ orderId: z.string() }));
type Memory = ReturnType<typeof memory.parse>;

export const payment = process<Memory, OrderEvent>()({
  category: 'payment',
  from: [orderSource],
  sends: [order],
  effects: [chargeCard],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { orderId: '' },
  instance: ({ entityId }) => entityId,
  on: {
    OrderPlaced: (_, { entityId, data }) => ({
      memory: { orderId: entityId },
      perform: [perform(chargeCard, data, { done: 'charged', refused: 'declined', timedOut: 'unanswered' })],
    }),
  },
  onDone: {
    charged: ({ orderId }, { answer }) => ({ send: [send(order, orderId, 'Pay', { charge: answer.charge })], end: 'paid' }),
  },
  onRefused: {
    declined: ({ orderId }, { reason }) => ({ send: [send(order, orderId, 'Cancel', { why: reason })], end: 'declined' }),
  },
  onTimedOut: {
    unanswered: ({ orderId }, { why }) => ({ send: [send(order, orderId, 'Doubt', { why })], end: 'unclear' }),
  },
});

export const paying = defineManifest({ aggregates: [order], processes: [payment], projections: [] });
