import * as z from 'zod';
import { personal } from '../../../../lib/core/personal/personal.ts';
import { type EventOf, v1 } from '../../../../lib/core/version.ts';

const address = z.strictObject({ street: z.string().min(1), city: z.string().min(1) });

export const customerEvents = {
  CustomerRegistered: v1(
    z.object({
      name: personal(z.string()),
      email: personal(z.email(), { find: true }),
      birthDate: personal(z.iso.date()).optional(),
    }),
  ),
  EmailChanged: v1(z.object({ email: personal(z.email(), { find: true }) })),
  CustomerReminded: v1(z.object({})),
  CustomerLeft: v1(z.object({})),
  CustomerMoved: v1(z.object({ address: personal(address) })),
  /** Two subjects: whose stream it is, and who was recommended. */
  FriendRecommended: v1(
    z.object({ friend: z.string(), friendName: personal(z.string(), { of: 'friend' }), note: personal(z.string()) }),
  ),
};

export type CustomerEvent = EventOf<typeof customerEvents>;

export const commandAddress = address;
