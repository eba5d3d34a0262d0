import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type TicketEvent, ticketEvents } from '../../events/ticket.ts';

const text = z.string().trim().min(1).max(2_000);
const reason = z.string().trim().min(1).max(400);

const ticketCommands = {
  Open: command(['owner'], z.strictObject({ subject: z.string().trim().min(1).max(80), text })),
  Route: command(['process'], z.strictObject({ team: z.string(), agent: z.string().optional(), reason })),
  Answer: command(['operator'], z.strictObject({ text })),
  Escalate: command(['process'], z.strictObject({ reason })),
  NoteNotice: command(['process'], z.strictObject({ delivered: z.boolean(), why: reason.optional() })),
  Reopen: command(['owner'], z.strictObject({ why: text })),
  Rate: command(['owner'], z.strictObject({ stars: z.int().min(1).max(5) })),
};

type Ticket = Readonly<{
  status: 'none' | 'open' | 'answered' | 'rated';
  customer?: string;
  /** Who gave the last answer: a rating is of this person. */
  answeredBy?: string;
  escalated: boolean;
}>;

/** A customer's question, until it is answered well. */
export const ticket = decider<Ticket, TicketEvent>()({
  category: 'ticket',
  events: ticketEvents,
  commands: ticketCommands,
  initial: { status: 'none', escalated: false },
  owner: ({ customer }) => customer,
  decide: {
    Open: ({ status }, data, { actor }) =>
      status === 'none' ? [{ type: 'TicketOpened', data: { ...data, customer: actor.id } }] : refuse('already-opened'),
    // An answer may overtake the routing: it is recorded all the same, as it says why.
    Route: ({ status }, data) => (status === 'none' ? refuse('no-such-ticket') : [{ type: 'TicketRouted', data }]),
    Answer: ({ status }, { text }, { actor }) =>
      status === 'open'
        ? [{ type: 'TicketAnswered', data: { by: actor.id, text } }]
        : refuse('not-open', { ticketStatus: status }),
    Escalate: ({ status, escalated }, data) => (status !== 'open' || escalated ? [] : [{ type: 'TicketEscalated', data }]),
    NoteNotice: ({ status }, data) => (status === 'none' ? refuse('no-such-ticket') : [{ type: 'NoticeEnded', data }]),
    Reopen: ({ status }, data) =>
      status === 'answered' ? [{ type: 'TicketReopened', data }] : refuse('not-answered', { ticketStatus: status }),
    Rate: ({ status, answeredBy: by }, { stars }) =>
      status === 'answered'
        ? [{ type: 'TicketRated', data: { stars, ...(by !== undefined && { by }) } }]
        : refuse('not-answered', { ticketStatus: status }),
  },
  evolve: {
    TicketOpened: (state, { customer }) => ({ ...state, status: 'open', customer }),
    TicketRouted: (state) => state,
    TicketAnswered: (state, { by }) => ({ ...state, status: 'answered', answeredBy: by, escalated: false }),
    NoticeEnded: (state) => state,
    TicketEscalated: (state) => ({ ...state, escalated: true }),
    TicketReopened: (state) => ({ ...state, status: 'open' }),
    TicketRated: (state) => ({ ...state, status: 'rated' }),
  },
});
