import * as z from 'zod';
import { command, decider, refuse } from '../../lib/index.ts';
import { currency } from './events/currency.ts';
import { type PaymentEvent, paymentEvents } from './events/payment.ts';
import { price } from './fields.ts';

const paymentCommands = {
  Ask: command(['process'], z.strictObject({ guest: z.string(), amount: price.max(14_000_000), currency })),
  /** Sent by whoever takes the money: a service with a token of the group `operator`. */
  Receive: command(['operator'], z.strictObject({})),
  Decline: command(['operator'], z.strictObject({})),
  Void: command(['process'], z.strictObject({})),
};

type Payment = Readonly<{ status: 'none' | 'asked' | 'received' | 'declined' | 'voided'; guest?: string; amount: number }>;

const notOpen = ({ status }: Payment) => (status === 'asked' ? undefined : refuse('payment-not-open', { payment: status }));

/** The payment of the reservation with the same id. Voided, it takes no more money, and what it has goes back. */
export const payment = decider<Payment, PaymentEvent>()({
  category: 'payment',
  events: paymentEvents,
  commands: paymentCommands,
  initial: { status: 'none', amount: 0 },
  owner: (state) => state.guest,
  decide: {
    Ask: ({ status }, terms) => (status === 'none' ? [{ type: 'PaymentAsked', data: terms }] : refuse('already-asked')),
    Receive: (state) => notOpen(state) ?? [{ type: 'PaymentReceived', data: {} }],
    Decline: (state) => notOpen(state) ?? [{ type: 'PaymentDeclined', data: {} }],
    Void: ({ status, amount }) => {
      if (status !== 'asked' && status !== 'received') return [];
      return [{ type: 'PaymentVoided', data: { refund: status === 'received' ? amount : 0 } }];
    },
  },
  evolve: {
    PaymentAsked: (_, { guest, amount }) => ({ status: 'asked', guest, amount }),
    PaymentReceived: (state) => ({ ...state, status: 'received' }),
    PaymentDeclined: (state) => ({ ...state, status: 'declined' }),
    PaymentVoided: (state) => ({ ...state, status: 'voided' }),
  },
});
