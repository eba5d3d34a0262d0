import { type EventOf, type Source, v1 } from 'foldstream';
import * as z from 'zod';

/** A team's desk, and one of the agents at it, by an opaque id; none where nobody was there. */
const place = { team: z.string(), agent: z.string().optional() };

/** Stored formats: append-only once released, see account.ts. */
export const ticketEvents = {
  TicketOpened: v1(z.object({ customer: z.string(), text: z.string() }))
    // v2, 2026-12: a subject, by which tickets are routed. Until then the beginning of the text served as one.
    .next(z.object({ customer: z.string(), subject: z.string(), text: z.string() }), (old) => ({
      ...old,
      subject: old.text.slice(0, 80),
    })),
  TicketRouted: v1(z.object({ ...place, reason: z.string() })),
  TicketAnswered: v1(z.object({ by: z.string(), text: z.string() })),
  TicketEscalated: v1(z.object({ reason: z.string() })),
  TicketReopened: v1(z.object({ why: z.string() })),
  /** The end of a notification: the customer's service has taken it, or why not. */
  NoticeEnded: v1(z.object({ delivered: z.boolean(), why: z.string().optional() })),
  TicketRated: v1(z.object({ stars: z.int(), by: z.string().optional() })),
};

export type TicketEvent = EventOf<typeof ticketEvents>;
export const ticketSource: Source<TicketEvent> = { category: 'ticket', events: ticketEvents };

export const deskEvents = {
  AgentCame: v1(z.object({ agent: z.string() })),
  AgentLeft: v1(z.object({ agent: z.string() })),
  TicketAssigned: v1(z.object({ ticket: z.string(), agent: z.string(), reason: z.string() })),
  TicketReleased: v1(z.object({ ticket: z.string(), agent: z.string() })),
};

export type DeskEvent = EventOf<typeof deskEvents>;
export const deskSource: Source<DeskEvent> = { category: 'desk', events: deskEvents };
