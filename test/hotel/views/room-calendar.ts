import { rowsPerStream } from '../../../lib/index.ts';
import { type RoomEvent, roomSource } from '../events/room.ts';

type Nothing = Readonly<Record<string, never>>;
type Night = Readonly<{ night: string; reservation: string }>;

/** Many rows for each room, one for each night that is held: GET /views/room-calendar/{room}, in the order of the nights. */
export const roomCalendar = rowsPerStream<Nothing, Night, RoomEvent>()({
  name: 'room-calendar',
  revision: 1,
  from: roomSource,
  may: ['operator'],
  initial: {},
  on: {
    NightsHeld: (memory, { data: { nights, reservation } }) => ({
      memory,
      rows: Object.fromEntries(nights.map((night) => [night, { night, reservation }])),
    }),
    NightsReleased: (memory, { data: { nights } }) => ({
      memory,
      rows: Object.fromEntries(nights.map((night) => [night, undefined])),
    }),
  },
});
