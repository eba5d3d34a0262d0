import * as z from 'zod';
import { type EventOf, type Source, v1 } from '../../../lib/index.ts';
import { currency } from './currency.ts';

export const reservationEvents = {
  /** `price` is that of one night, as the guest saw it. */
  ReservationRequested: v1(
    z.object({
      guest: z.string(),
      room: z.string(),
      nights: z.array(z.iso.date()).min(1),
      price: z.int().positive(),
      currency,
    }),
  ),
  /** The nights are held; the guest has to pay. */
  RoomKept: v1(z.object({})),
  ReservationConfirmed: v1(z.object({})),
  ReservationCancelled: v1(z.object({})),
  ReservationExpired: v1(z.object({})),
  ReservationRejected: v1(z.object({ reason: z.string() })),
  /** A person has seen to it; how is known to the staff. */
  ReservationSettled: v1(z.object({})),
};

export type ReservationEvent = EventOf<typeof reservationEvents>;

export const reservationSource: Source<ReservationEvent> = { category: 'reservation', events: reservationEvents };
