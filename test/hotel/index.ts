import { defineManifest } from '../../lib/index.ts';
import { booking } from './booking.ts';
import { guest } from './guest.ts';
import { payment } from './payment.ts';
import { reservation } from './reservation.ts';
import { room } from './room.ts';
import { occupancy } from './views/occupancy.ts';
import { reservations } from './views/reservations.ts';
import { roomCalendar } from './views/room-calendar.ts';

/**
 * A hotel: a second example beside the reference application, whose place it takes by `npm start -- --manifest test/hotel/index.ts`. Guests
 * reserve rooms for some nights, and pay for them within a quarter of an hour.
 */
export const manifest = defineManifest({
  aggregates: [guest, room, reservation, payment],
  processes: [booking],
  projections: [reservations, roomCalendar, occupancy],
});
