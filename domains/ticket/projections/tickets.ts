import { rowPerStream } from 'foldstream';
import * as z from 'zod';
import { type TicketEvent, ticketSource } from '../../../events/ticket.ts';
import { instant } from '../../fields.ts';

const row = z.object({
  customer: z.string(),
  subject: z.string(),
  status: z.enum(['open', 'answered', 'rated']),
  openedAt: instant,
  team: z.string().optional(),
  agent: z.string().optional(),
  reason: z.string().optional().meta({ description: 'Why it went to this desk, and to this agent.' }),
  escalated: z.boolean(),
  notified: z.boolean().optional().meta({ description: 'Whether the customer was told of the last answer.' }),
  stars: z.int().optional(),
});

type Row = Readonly<z.infer<typeof row>>;

/**
 * GET /views/tickets, by customer; and for agents, the oldest first: ?list=queue&by=<agent>, or &by=<team> for what nobody has yet.
 */
export const tickets = rowPerStream<Row, TicketEvent>()({
  row,
  name: 'tickets',
  revision: 1,
  from: ticketSource,
  may: ['owner', 'operator'],
  owner: (row) => row.customer,
  lists: {
    queue: { by: (row) => (row.status === 'open' ? (row.agent ?? row.team) : undefined), sort: (row) => row.openedAt },
  },
  filters: ['status', 'escalated'],
  on: {
    TicketOpened: (_, { data: { customer, subject }, at }) => ({
      customer,
      subject,
      status: 'open',
      openedAt: at,
      escalated: false,
    }),
    TicketRouted: (row, { data: { team, agent, reason } }) => {
      if (!row) return row;
      const { agent: _, ...rest } = row;
      return { ...rest, team, ...(agent !== undefined && { agent }), reason };
    },
    TicketAnswered: (row) => {
      if (!row) return row;
      const { notified: _, ...rest } = row;
      return { ...rest, status: 'answered', escalated: false };
    },
    NoticeEnded: (row, { data: { delivered } }) => row && { ...row, notified: delivered },
    TicketEscalated: (row, { data: { reason } }) => row && { ...row, escalated: true, reason },
    TicketReopened: (row) => row && { ...row, status: 'open' },
    TicketRated: (row, { data: { stars } }) => row && { ...row, status: 'rated', stars },
  },
});
