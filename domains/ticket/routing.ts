import { later, perform, process, type Span, send, v1 } from 'foldstream';
import * as z from 'zod';
import { type DeskEvent, deskSource, type TicketEvent, ticketSource } from '../../events/ticket.ts';
import { ticket } from './decider.ts';
import { desk } from './desk.ts';
import { notifyCustomer } from './notice.ts';

const memory = v1(z.object({ ticket: z.string(), team: z.string(), because: z.string() }));
type Memory = Readonly<ReturnType<typeof memory.parse>>;

/** The first rule whose words are in the subject or the text says which desk it is for. */
const rules: readonly Readonly<{ team: string; words: RegExp }>[] = [
  { team: 'billing', words: /\b(invoice|refund|payment|charged)\b/i },
  { team: 'technical', words: /\b(error|crash|login|password)\b/i },
];

const routed = (ticket: string, subject: string, text: string): Memory => {
  for (const { team, words } of rules) {
    const found = words.exec(`${subject}\n${text}`);
    if (found) return { ticket, team, because: `mentions '${found[0].toLowerCase()}'` };
  }
  return { ticket, team: 'general', because: 'no rule matches' };
};

/** The time within which a ticket is to be answered. */
const within: Span = { hours: 8 };

/** Opened -> assigned at the desk of its team -> routed, with the reason -> answered in time and the customer told, or escalated to the desk of the leads. */
export const routing = process<Memory, TicketEvent | DeskEvent>()({
  category: 'routing',
  from: [ticketSource, deskSource],
  sends: [ticket, desk],
  effects: [notifyCustomer],
  since: '2026-11-01T00:00:00.000Z',
  memory,
  initial: { ticket: '', team: 'general', because: 'no rule matches' },
  instance: ({ type, entityId, data }) => {
    if (type === 'TicketAssigned') return data.ticket;
    return type === 'AgentCame' || type === 'AgentLeft' || type === 'TicketReleased' ? undefined : entityId;
  },
  on: {
    TicketOpened: (_, { entityId, at, data: { subject, text } }) => {
      const memory = routed(entityId, subject, text);
      return { memory, send: [assign(memory)], setDeadlines: { answer: later(at, within) } };
    },
    // One from a desk that the ticket has left meanwhile comes too late.
    TicketAssigned: ({ team }, { entityId: from, data: { ticket: id, agent, reason } }) =>
      from === team ? { send: [send(ticket, id, 'Route', { team, agent, reason })] } : undefined,
    TicketAnswered: ({ team }, { entityId }) => ({
      send: [send(desk, team, 'Release', { ticket: entityId })],
      perform: [perform(notifyCustomer, { ticket: entityId }, { done: 'notified', refused: 'unwanted', timedOut: 'unanswered' })],
      cancelDeadlines: ['answer'] as const,
    }),
    TicketEscalated: ({ team }, { entityId, data: { reason } }) => {
      const leads = { ticket: entityId, team: 'leads', because: `escalated: ${reason}` };
      return { memory: leads, send: [send(desk, team, 'Release', { ticket: entityId }), assign(leads)] };
    },
    TicketReopened: (memory, { at }) => {
      const again = { ...memory, because: 'reopened' };
      return { memory: again, send: [assign(again)], setDeadlines: { answer: later(at, within) } };
    },
    TicketRated: () => ({ end: 'rated' }),
  },
  onDone: { notified: ({ ticket: id }) => ({ send: [noted(id, { delivered: true })] }) },
  onRefused: {
    unwanted: ({ ticket: id }, { reason: why }) => ({ send: [noted(id, { delivered: false, why })] }),
    // The ticket waits in the team's queue, and its deadline runs.
    nobody: ({ ticket: id, team, because }) => ({
      send: [send(ticket, id, 'Route', { team, reason: `${because}; nobody is at the desk` })],
    }),
  },
  onTimedOut: { unanswered: ({ ticket: id }, { why }) => ({ send: [noted(id, { delivered: false, why })] }) },
  onDeadline: {
    answer: ({ ticket: id, team }) => ({
      send: [send(ticket, id, 'Escalate', { reason: `not answered at the desk of ${team} within 8 hours` })],
    }),
  },
});

const assign = ({ ticket: id, team, because }: Memory) =>
  send(desk, team, 'Assign', { ticket: id, because }, { refused: 'nobody' });

/** Whether the customer was told of the answer: agents see it in the view. */
const noted = (id: string, { delivered, why }: Readonly<{ delivered: boolean; why?: string }>) =>
  send(ticket, id, 'NoteNotice', { delivered, ...(why !== undefined && { why: why.slice(0, 400) }) });
