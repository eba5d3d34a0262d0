import { sharedRows } from '../../../lib/index.ts';
import { type RoomEvent, roomSource } from '../events/room.ts';

type Held = Readonly<{ room: string; nights: readonly string[] }>;

/** Shared rows, one for each night, to which all rooms add: GET /views/occupancy/2026-12-24 */
export const occupancy = sharedRows<Held, RoomEvent>()({
  name: 'occupancy',
  revision: 1,
  from: roomSource,
  may: ['operator'],
  initial: { room: '', nights: [] },
  on: {
    NightsHeld: (held, { entityId, data }) => ({ room: entityId, nights: [...held.nights, ...data.nights] }),
    NightsReleased: (held, { data }) => ({ ...held, nights: held.nights.filter((night) => !data.nights.includes(night)) }),
  },
  shares: ({ room, nights }) => Object.fromEntries(nights.map((night) => [night, { members: { rooms: { [room]: 1 } } }])),
  show: ({ members }) => ({ rooms: Object.keys(members.rooms ?? {}).sort() }),
});
