import type { InstanceOrder, InstanceReport } from '../../../lib/engine/operate/processes.ts';
import type { Tone } from '../../parts/badge.tsx';

export type Status = InstanceReport['status'];

export const statusTones: Readonly<Record<Status, Tone>> = { running: 'busy', stuck: 'bad', parked: 'bad', ended: 'ok' };

/** What an operator may ask of an instance, and what follows. */
export const orders: readonly Readonly<{
  order: InstanceOrder;
  name: string;
  for: readonly Status[];
  follows: string;
  isDanger: boolean;
}>[] = [
  {
    order: 'retry',
    name: 'Retry',
    for: ['stuck'],
    follows: 'Its refused commands are sent again, under new ids. If they are refused again it is stuck again.',
    isDanger: false,
  },
  {
    order: 'resume',
    name: 'Resume',
    for: ['parked'],
    follows: 'The reaction that threw is tried again, and then all that came meanwhile. If it throws again it is parked again.',
    isDanger: false,
  },
  {
    order: 'resolve',
    name: 'Resolve',
    for: ['stuck', 'parked'],
    follows:
      'It ends as resolved, with what its process declares for that. Commands behind a refused one are never sent: what you settle by hand you have to book yourself.',
    isDanger: true,
  },
];

export const ordersFor = (status: Status) => orders.filter((each) => each.for.includes(status));
