import * as z from 'zod';
import { type EventOf, type Source, v1 } from '../../../lib/index.ts';
import { currency } from './currency.ts';

export const paymentEvents = {
  PaymentAsked: v1(z.object({ guest: z.string(), amount: z.int().positive(), currency })),
  PaymentReceived: v1(z.object({})),
  PaymentDeclined: v1(z.object({})),
  /** Nothing is to be paid any more; `refund` is what had been paid and goes back. */
  PaymentVoided: v1(z.object({ refund: z.int().nonnegative() })),
};

export type PaymentEvent = EventOf<typeof paymentEvents>;

export const paymentSource: Source<PaymentEvent> = { category: 'payment', events: paymentEvents };
