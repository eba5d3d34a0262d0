import { command, decider, refuse } from 'foldstream';
import * as z from 'zod';
import { type DeskEvent, deskEvents } from '../../events/ticket.ts';

const agent = z.string().min(1).max(128);
const ticket = z.string().min(1).max(128);

const deskCommands = {
  Come: command(['operator'], z.strictObject({ agent })),
  Leave: command(['operator'], z.strictObject({ agent })),
  Assign: command(['process'], z.strictObject({ ticket, because: z.string().max(200) })),
  Release: command(['process'], z.strictObject({ ticket })),
};

/** The agents at the desk, and who has which ticket, also after having left. */
type Desk = Readonly<{ agents: readonly string[]; has: Readonly<Record<string, string>> }>;

const mostAgents = 50;
const loadOf = ({ has }: Desk, agent: string): number => Object.values(has).filter((who) => who === agent).length;

/** A team's desk. All of its tickets are assigned here, one after the other, so that each goes to whoever has the fewest at that moment. */
export const desk = decider<Desk, DeskEvent>()({
  category: 'desk',
  events: deskEvents,
  commands: deskCommands,
  initial: { agents: [], has: {} },
  decide: {
    Come: ({ agents }, { agent }) => {
      if (agents.includes(agent)) return [];
      return agents.length < mostAgents
        ? [{ type: 'AgentCame', data: { agent } }]
        : refuse('desk-full', { agents: agents.length });
    },
    Leave: ({ agents }, { agent }) => (agents.includes(agent) ? [{ type: 'AgentLeft', data: { agent } }] : []),
    Assign: (state, { ticket, because }) => {
      if (Object.hasOwn(state.has, ticket)) return [];
      const [first] = state.agents.toSorted((a, b) => loadOf(state, a) - loadOf(state, b));
      if (first === undefined) return refuse('nobody-there');
      const reason = `${because}; fewest open tickets (${loadOf(state, first)}) of ${state.agents.length} at the desk`;
      return [{ type: 'TicketAssigned', data: { ticket, agent: first, reason } }];
    },
    Release: ({ has }, { ticket }) => {
      const agent = Object.hasOwn(has, ticket) ? has[ticket] : undefined;
      return agent === undefined ? [] : [{ type: 'TicketReleased', data: { ticket, agent } }];
    },
  },
  evolve: {
    AgentCame: (state, { agent }) => ({ ...state, agents: [...state.agents, agent] }),
    AgentLeft: (state, { agent }) => ({ ...state, agents: state.agents.filter((each) => each !== agent) }),
    TicketAssigned: (state, { ticket, agent }) => ({ ...state, has: { ...state.has, [ticket]: agent } }),
    TicketReleased: (state, { ticket }) => ({
      ...state,
      has: Object.fromEntries(Object.entries(state.has).filter(([each]) => each !== ticket)),
    }),
  },
});
