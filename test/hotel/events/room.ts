import * as z from 'zod';
import { type EventOf, type Source, v1 } from '../../../lib/index.ts';
import { currency } from './currency.ts';

const held = z.object({ reservation: z.string(), nights: z.array(z.iso.date()) });

export const roomEvents = {
  RoomOffered: v1(z.object({ price: z.int().positive(), currency })),
  NightsHeld: v1(held),
  NightsReleased: v1(held),
};

export type RoomEvent = EventOf<typeof roomEvents>;

export const roomSource: Source<RoomEvent> = { category: 'room', events: roomEvents };
