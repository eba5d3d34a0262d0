import * as z from 'zod';
import { type CommandOf, command, type Decider, refuse } from '../../../lib/core/decider.ts';
import { type EventOf, v1 } from '../../../lib/core/version.ts';

const memberEvents = { MailChanged: v1(z.object({ mail: z.string() })), MemberLeft: v1(z.object({})) };
type MemberEvent = EventOf<typeof memberEvents>;

const memberCommands = {
  ChangeMail: command(['operator', 'process'], z.strictObject({ mail: z.string() })),
  Leave: command(['operator'], z.strictObject({})),
};
type MemberCommand = CommandOf<typeof memberCommands>;

/** One member per e-mail address. */
export const member: Decider<Readonly<{ mail?: string }>, MemberCommand, MemberEvent> = {
  category: 'member',
  events: memberEvents,
  commands: memberCommands,
  initial: {},
  unique: { mailAddress: (state) => state.mail },
  decide: {
    ChangeMail: ({ mail: old }, { mail }) => (mail === old ? [] : [{ type: 'MailChanged', data: { mail } }]),
    Leave: ({ mail }) => (mail === undefined ? refuse('not-there') : [{ type: 'MemberLeft', data: {} }]),
  },
  evolve: { MailChanged: (_, { mail }) => ({ mail }), MemberLeft: () => ({}) },
};
