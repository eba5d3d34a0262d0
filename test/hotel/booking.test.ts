import { describe, it } from 'vitest';
import { later, send } from '../../lib/index.ts';
import { done, due, reacting, refused, resolvedByHand } from '../../lib/testing/index.ts';
import { booking } from './booking.ts';
import { payment } from './payment.ts';
import { reservation } from './reservation.ts';
import { room } from './room.ts';

const given = reacting(booking);
const nights = ['2026-12-01', '2026-12-02'];
const terms = { price: 9_000, currency: 'EUR' } as const;
const requested = { type: 'ReservationRequested', data: { guest: 'ada', room: '12', nights, ...terms } } as const;
const received = { type: 'PaymentReceived', data: {} } as const;
const declined = { type: 'PaymentDeclined', data: {} } as const;
const confirmed = { type: 'ReservationConfirmed', data: {} } as const;

// Expected commands are written as the process itself writes them, with the names of what follows.
const hold = send(room, '12', 'Hold', { reservation: '1', nights, ...terms }, { done: 'held', refused: 'notHeld' });
const keep = send(reservation, '1', 'Keep', {});
const ask = send(payment, '1', 'Ask', { guest: 'ada', amount: 18_000, currency: 'EUR' });
const reject = (reason: string) => send(reservation, '1', 'Reject', { reason });
const everythingBack = [send(room, '12', 'Release', { reservation: '1' }), send(payment, '1', 'Void', {})];
const waiting = [requested, done('held'), done('Keep'), done('Ask')] as const;

describe('a booking', () => {
  it('holds the nights first', () =>
    given()
      .when(requested)
      .then({ send: [hold] }));
  it('then asks for the money, and gives the guest a quarter of an hour', () =>
    given(requested)
      .when(done('held'))
      .then({ send: [keep, ask], setDeadlines: { payment: later('2026-11-21T12:02:00.000Z', { minutes: 15 }) } }));
  it('then asks for the confirmation', () =>
    given(...waiting)
      .when(received)
      .then({ send: [send(reservation, '1', 'Confirm', {})] }));
  it('is over with it', () =>
    given(...waiting, received, done('Confirm'))
      .when(confirmed)
      .then({ cancelDeadlines: ['payment'], end: 'booked' }));
});

describe('a booking that fails', () => {
  it('asks for no money where the nights are taken', () =>
    given(requested)
      .when(refused('notHeld', { reason: 'nights-taken' }))
      .then({ send: [reject('nights-taken')] }));
  it('is rejected where the payment is declined', () =>
    given(...waiting)
      .when(declined)
      .then({ send: [reject('payment-declined')] }));
  it('only asks whether it has expired when the time is up: the money may be on its way', () =>
    given(...waiting)
      .when(due('payment'))
      .then({ send: [send(reservation, '1', 'Expire', {})] }));
  it.each(['ReservationCancelled', 'ReservationExpired'] as const)('gives everything back: %s', (type) => {
    given(...waiting, received, done('Confirm'))
      .when({ type, data: {} })
      .then({ send: everythingBack, cancelDeadlines: ['payment'], end: type.slice('Reservation'.length).toLowerCase() });
  });
  it('gives back what there is, which is nothing after a refusal', () =>
    given(requested, refused('notHeld', { reason: 'nights-taken' }), done('Reject'))
      .when({ type: 'ReservationRejected', data: { reason: 'nights-taken' } })
      .then({ send: everythingBack, end: 'rejected' }));
  it('does nothing about money that comes after that: the payment was voided', () =>
    given(...waiting, { type: 'ReservationCancelled', data: {} })
      .when(received)
      .then({}));
  it('is settled where a person has seen to it', () =>
    given(requested)
      .when(resolvedByHand())
      .then({ send: [send(reservation, '1', 'Settle', {})], end: 'resolved' }));
});
