import * as z from 'zod';
import { command, refuse } from '../../../../lib/core/decider.ts';
import { decider } from '../../../../lib/core/declare/decider.ts';
import { type Sealed, same } from '../../../../lib/core/personal/sealed.ts';
import { type CustomerEvent, commandAddress, customerEvents } from './events.ts';

export type Address = z.output<typeof commandAddress>;
export type Customer = Readonly<{
  name?: Sealed<string>;
  email?: Sealed<string>;
  address?: Sealed<Address>;
  emails: number;
  friends: number;
}>;

export const customer = decider<Customer, CustomerEvent>()({
  category: 'customer',
  events: customerEvents,
  commands: {
    Register: command(
      ['user'],
      z.strictObject({ name: z.string().min(1), email: z.email(), birthDate: z.iso.date().optional() }),
    ),
    ChangeEmail: command(['user'], z.strictObject({ email: z.email() })),
    Move: command(['user'], commandAddress),
    Remind: command(['user'], z.strictObject({})),
    Leave: command(['user'], z.strictObject({})),
    Recommend: command(['user'], z.strictObject({ friend: z.string().min(1), friendName: z.string(), note: z.string() })),
  },
  initial: { emails: 0, friends: 0 },
  history: ['operator'],
  /** So short a time that a test can wait for it. */
  retention: { endedBy: ['CustomerLeft'], keep: { seconds: 1 } },
  unique: { email: ({ email }) => email },
  decide: {
    Register: ({ name }, data) => (name ? refuse('already-registered') : [{ type: 'CustomerRegistered', data }]),
    ChangeEmail: ({ name }, data) => (name ? [{ type: 'EmailChanged', data }] : refuse('not-registered')),
    Move: ({ name }, address) => (name ? [{ type: 'CustomerMoved', data: { address } }] : refuse('not-registered')),
    Remind: ({ name }) => (name ? [{ type: 'CustomerReminded', data: {} }] : refuse('not-registered')),
    Leave: ({ name }) => (name ? [{ type: 'CustomerLeft', data: {} }] : refuse('not-registered')),
    Recommend: ({ name }, data) => (name ? [{ type: 'FriendRecommended', data }] : refuse('not-registered')),
  },
  evolve: {
    CustomerRegistered: (state, { name, email }) => ({ ...state, name, email, emails: 1 }),
    EmailChanged: (state, { email }) => ({
      ...state,
      email,
      emails: state.email && same(state.email, email) ? state.emails : state.emails + 1,
    }),
    CustomerReminded: (state) => state,
    CustomerLeft: (state) => state,
    CustomerMoved: (state, { address }) => ({ ...state, address }),
    FriendRecommended: (state) => ({ ...state, friends: state.friends + 1 }),
  },
});
