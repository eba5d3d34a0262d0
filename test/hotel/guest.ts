import * as z from 'zod';
import { command, decider, refuse } from '../../lib/index.ts';
import { type GuestEvent, guestEvents } from './events/guest.ts';

/** The SHA-256 digest of the address in lower case, as 64 hexadecimal digits. Whoever sends the mails keeps the address itself. */
const mail = z.string().length(64);

const guestCommands = {
  Register: command(['owner'], z.strictObject({ mail })),
  ChangeMail: command(['owner'], z.strictObject({ mail })),
};

type Guest = Readonly<{ owner?: string; mail?: string }>;

/** A guest. No two guests have the same address at the same time. */
export const guest = decider<Guest, GuestEvent>()({
  category: 'guest',
  events: guestEvents,
  commands: guestCommands,
  initial: {},
  owner: (state) => state.owner,
  unique: { mail: (state) => state.mail },
  decide: {
    Register: ({ owner }, { mail }, { actor }) =>
      owner === undefined ? [{ type: 'GuestRegistered', data: { owner: actor.id, mail } }] : refuse('already-registered'),
    ChangeMail: (state, { mail }) => {
      if (state.owner === undefined) return refuse('not-registered');
      return mail === state.mail ? [] : [{ type: 'GuestMailChanged', data: { mail } }];
    },
  },
  evolve: {
    GuestRegistered: (_, { owner, mail }) => ({ owner, mail }),
    GuestMailChanged: (state, { mail }) => ({ ...state, mail }),
  },
});
