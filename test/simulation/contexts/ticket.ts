import { user } from '../../../lib/index.ts';
import type { Invariant, Workload } from '../../../lib/testing/simulator.ts';
import { statesOf } from './states.ts';

const [ada, olga] = [user('ada'), user('olga', 'operator')];
const subjects = ['My invoice', 'An error', 'A question'];

/** One customer with a few tickets, and agents who come and leave. */
export const ticketWorkload: Workload = (dice, n) => {
  const desk = (id: string, type: string, agent: string) => ({ category: 'desk', id, type, data: { agent }, actor: olga });
  if (n < 3) return desk(n < 2 ? 'billing' : 'technical', 'Come', `a${n}`);
  if (dice.chance(0.1))
    return desk(dice.pick(['billing', 'technical', 'general']), dice.pick(['Come', 'Leave']), `a${dice.below(3)}`);
  const type = dice.pick(['Open', 'Open', 'Answer', 'Answer', 'Reopen', 'Rate']);
  const data = {
    Open: { subject: dice.pick(subjects), text: 'Please help.' },
    Answer: { text: 'It is mended.' },
    Reopen: { why: 'It is not.' },
    Rate: { stars: 1 + dice.below(5) },
  }[type]!;
  return { category: 'ticket', id: `t${dice.below(5)}`, type, data, actor: type === 'Answer' ? olga : ada };
};

type Desk = Readonly<{ has: Readonly<Record<string, string>> }>;
type Row = Readonly<{ team?: string; agent?: string }>;

/** Nobody is busy with a ticket that is answered, nobody else than the one whom it names has an open one, and each that is not over was routed with a reason. */
export const ticketsAreHeldOnce: Invariant = ({ streams, views }) => {
  const desks = statesOf(streams, 'desk').map(({ id, state }) => ({ id, has: (state as Desk).has }));
  for (const { stream, id, state, events } of statesOf(streams, 'ticket')) {
    const { status } = state as Readonly<{ status: string }>;
    const holding = desks.filter(({ has }) => Object.hasOwn(has, id));
    if (status !== 'open' && holding.length > 0) return `${stream} is ${status}, and ${holding[0]?.id} has it open`;
    if (holding.length > 1) return `${stream} is at ${holding.length} desks`;
    // One that is rated at once has ended before its desk has answered.
    if (/open|answered/.test(status) && !events.some(({ type }) => type === 'TicketRouted')) return `${stream} was not routed`;
    const row = views.get('tickets')?.find((item) => item.stream === stream && item.sort === 'head')?.row as Row | undefined;
    const holder = holding[0]?.has[id];
    if (status === 'open' && holder !== undefined && (row?.agent !== holder || row.team !== holding[0]?.id))
      return `${stream} is ${holder}'s at ${holding[0]?.id}, and the view says ${row?.agent} at ${row?.team}`;
  }
  return undefined;
};
