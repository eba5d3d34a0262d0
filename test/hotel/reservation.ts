import * as z from 'zod';
import { command, decider, later, refuse } from '../../lib/index.ts';
import { currency } from './events/currency.ts';
import { type ReservationEvent, reservationEvents } from './events/reservation.ts';
import { idOf, night, price } from './fields.ts';

const reservationCommands = {
  Request: command(['owner'], z.strictObject({ room: idOf, from: night, nights: z.int().min(1).max(14), price, currency })),
  Cancel: command(['owner', 'operator'], z.strictObject({})),
  Keep: command(['process'], z.strictObject({})),
  Confirm: command(['process'], z.strictObject({})),
  Expire: command(['process'], z.strictObject({})),
  Reject: command(['process'], z.strictObject({ reason: z.string() })),
  Settle: command(['process'], z.strictObject({})),
};

export type ReservationStatus = 'requested' | 'kept' | 'confirmed' | 'cancelled' | 'expired' | 'rejected' | 'settled';
type Reservation = Readonly<{ status: 'new' | ReservationStatus; guest?: string }>;

const isOver = ({ status }: Reservation) => status !== 'requested' && status !== 'kept';

/**
 * A guest's reservation. The guest, the payment and the deadline may all act at the same time: the first that is stored here counts, and
 * later ones change nothing. So the process need not find out which of them was faster.
 */
export const reservation = decider<Reservation, ReservationEvent>()({
  category: 'reservation',
  events: reservationEvents,
  commands: reservationCommands,
  initial: { status: 'new' },
  owner: (state) => state.guest,
  decide: {
    Request: ({ status }, { from, nights, ...terms }, { actor }) =>
      status === 'new'
        ? [{ type: 'ReservationRequested', data: { guest: actor.id, nights: nightsFrom(from, nights), ...terms } }]
        : refuse('already-requested', { reservation: status }),
    // Before the room is kept nobody knows yet whether there is anything to cancel.
    Cancel: ({ status }) =>
      status === 'kept' ? [{ type: 'ReservationCancelled', data: {} }] : refuse('not-to-be-cancelled', { reservation: status }),
    Keep: ({ status }) => (status === 'requested' ? [{ type: 'RoomKept', data: {} }] : []),
    Confirm: ({ status }) => (status === 'kept' ? [{ type: 'ReservationConfirmed', data: {} }] : []),
    Expire: ({ status }) => (status === 'kept' ? [{ type: 'ReservationExpired', data: {} }] : []),
    Reject: (state, { reason }) => (isOver(state) ? [] : [{ type: 'ReservationRejected', data: { reason } }]),
    Settle: (state) => (isOver(state) ? [] : [{ type: 'ReservationSettled', data: {} }]),
  },
  evolve: {
    ReservationRequested: (_, { guest }) => ({ status: 'requested', guest }),
    RoomKept: (state) => ({ ...state, status: 'kept' }),
    ReservationConfirmed: (state) => ({ ...state, status: 'confirmed' }),
    ReservationCancelled: (state) => ({ ...state, status: 'cancelled' }),
    ReservationExpired: (state) => ({ ...state, status: 'expired' }),
    ReservationRejected: (state) => ({ ...state, status: 'rejected' }),
    ReservationSettled: (state) => ({ ...state, status: 'settled' }),
  },
});

const nightsFrom = (from: string, nights: number): string[] =>
  Array.from({ length: nights }, (_, days) => later(`${from}T00:00:00.000Z`, { days }).slice(0, 10));
