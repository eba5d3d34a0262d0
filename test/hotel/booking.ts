import * as z from 'zod';
import { later, process, type Span, send, v1 } from '../../lib/index.ts';
import { currency } from './events/currency.ts';
import { type PaymentEvent, paymentSource } from './events/payment.ts';
import { type ReservationEvent, reservationSource } from './events/reservation.ts';
import { payment } from './payment.ts';
import { reservation } from './reservation.ts';
import { room } from './room.ts';

const memory = v1(
  z.object({
    id: z.string(),
    guest: z.string(),
    room: z.string(),
    nights: z.array(z.string()),
    price: z.int(),
    currency,
  }),
);
type Booking = ReturnType<typeof memory.parse>;

/**
 * Requested -> the nights are held -> the guest is asked to pay, and has a while for it -> confirmed. It takes no side in between: it asks the
 * reservation for what it would like, and what the reservation took comes back as its event. Whatever that is, but for a confirmation, gives
 * everything back: the nights, and the money if it had come.
 */
export const bookingWithin = (patience: Span) =>
  process<Booking, ReservationEvent | PaymentEvent>()({
    category: 'booking',
    from: [reservationSource, paymentSource],
    sends: [room, payment, reservation],
    since: '2026-11-01T00:00:00.000Z',
    memory,
    initial: { id: '', guest: '', room: '', nights: [], price: 0, currency: 'EUR' },
    // A payment has the id of its reservation.
    instance: (event) => event.entityId,
    on: {
      ReservationRequested: (_, { entityId: id, data }) => {
        const { nights, price, currency } = data;
        const hold = send(
          room,
          data.room,
          'Hold',
          { reservation: id, nights, price, currency },
          { done: 'held', refused: 'notHeld' },
        );
        return { memory: { id, ...data }, send: [hold] };
      },
      PaymentReceived: ({ id }) => ({ send: [send(reservation, id, 'Confirm', {})] }),
      PaymentDeclined: ({ id }) => ({ send: [send(reservation, id, 'Reject', { reason: 'payment-declined' })] }),
      ReservationConfirmed: () => ({ cancelDeadlines: ['payment'], end: 'booked' }),
      ReservationCancelled: (booking) => giveBack(booking, 'cancelled'),
      ReservationExpired: (booking) => giveBack(booking, 'expired'),
      ReservationRejected: (booking) => giveBack(booking, 'rejected'),
    },
    onDone: {
      held: ({ id, guest, nights, price, currency }, { at }) => ({
        send: [send(reservation, id, 'Keep', {}), send(payment, id, 'Ask', { guest, amount: price * nights.length, currency })],
        setDeadlines: { payment: later(at, patience) },
      }),
    },
    onRefused: {
      notHeld: ({ id }, { reason }) => ({ send: [send(reservation, id, 'Reject', { reason })] }),
    },
    onDeadline: {
      payment: ({ id }) => ({ send: [send(reservation, id, 'Expire', {})] }),
    },
    onResolved: (_, { instance }) => ({ send: [send(reservation, instance, 'Settle', {})] }),
  });

// Neither is ever refused: where there is nothing to give back, nothing happens. So the instance can end here.
const giveBack = ({ id, room: number }: Booking, end: string) => ({
  send: [send(room, number, 'Release', { reservation: id }), send(payment, id, 'Void', {})],
  cancelDeadlines: ['payment'] as const,
  end,
});

export const booking = bookingWithin({ minutes: 15 });
