import * as z from 'zod';
import { type EventOf, v1 } from '../../../lib/index.ts';

/** Of an address only the digest is stored: an event cannot be taken back, and an address is about a person. */
const mail = z.string().length(64);

export const guestEvents = {
  GuestRegistered: v1(z.object({ owner: z.string(), mail })),
  GuestMailChanged: v1(z.object({ mail })),
};

export type GuestEvent = EventOf<typeof guestEvents>;
