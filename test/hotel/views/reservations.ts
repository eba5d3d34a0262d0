import { rowPerStream } from '../../../lib/index.ts';
import { type ReservationEvent, reservationSource } from '../events/reservation.ts';
import type { ReservationStatus } from '../reservation.ts';

type Row = Readonly<{
  guest: string;
  room: string;
  from: string;
  nights: number;
  amount: number;
  currency: string;
  status: ReservationStatus;
  /** Why it was rejected. */
  reason?: string;
  changedAt: string;
}>;

/** One row for each reservation: GET /views/reservations, and ?list=by-status&by=kept for the newest of a kind. */
export const reservations = rowPerStream<Row, ReservationEvent>()({
  name: 'reservations',
  revision: 1,
  from: reservationSource,
  may: ['owner', 'operator'],
  owner: (row) => row.guest,
  lists: { 'by-status': { by: (row) => row.status, sort: (row) => row.changedAt, within: 'owner' } },
  filters: ['room'],
  on: {
    ReservationRequested: (_, { at, data: { guest, room, nights, price, currency } }) => ({
      guest,
      room,
      from: nights[0]!,
      nights: nights.length,
      amount: price * nights.length,
      currency,
      status: 'requested',
      changedAt: at,
    }),
    RoomKept: (row, event) => changed(row, 'kept', event),
    ReservationConfirmed: (row, event) => changed(row, 'confirmed', event),
    ReservationCancelled: (row, event) => changed(row, 'cancelled', event),
    ReservationExpired: (row, event) => changed(row, 'expired', event),
    ReservationRejected: (row, event) => changed(row, 'rejected', event, event.data),
    ReservationSettled: (row, event) => changed(row, 'settled', event),
  },
});

const changed = (row: Row | undefined, status: ReservationStatus, { at }: { at: string }, why: { reason?: string } = {}) =>
  row && { ...row, ...why, status, changedAt: at };
