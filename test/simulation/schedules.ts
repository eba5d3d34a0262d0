import * as z from 'zod';
import {
  command,
  decider,
  defineManifest,
  type EventOf,
  refuse,
  rowPerStream,
  schedule,
  send,
  user,
  v1,
} from '../../lib/index.ts';
import type { Simulation, Tamper, Workload } from '../../lib/testing/simulator.ts';

const events = { Hung: v1(z.object({})), Rung: v1(z.object({ time: z.string() })) };
type BellEvent = EventOf<typeof events>;
const bell = decider<{ hangs: boolean }, BellEvent>()({
  category: 'bell',
  events,
  commands: {
    Hang: command(['operator'], z.strictObject({})),
    Ring: command(['process'], z.strictObject({ time: z.string() })),
  },
  initial: { hangs: false },
  decide: {
    Hang: ({ hangs }) => (hangs ? [] : [{ type: 'Hung', data: {} }]),
    Ring: ({ hangs }, data) => (hangs ? [{ type: 'Rung', data }] : refuse('not-hung')),
  },
  evolve: { Hung: () => ({ hangs: true }), Rung: (state) => state },
});

type Row = Readonly<{ rung: number }>;
const bells = rowPerStream<Row, BellEvent>()({
  name: 'bells',
  revision: 1,
  from: { category: 'bell', events },
  may: ['operator'],
  on: { Hung: () => ({ rung: 0 }), Rung: (row) => ({ rung: (row?.rung ?? 0) + 1 }) },
});

/** The runs begin at noon: some hours are missed by then. */
const since = '2026-11-21T09:30:00.000Z';
const ringing = (cron: string) => {
  const hourly = { cron, since, sends: [bell] as const };
  return defineManifest({
    aggregates: [bell],
    projections: [bells],
    schedules: {
      every: schedule({
        ...hourly,
        catchUp: 'all',
        each: bells,
        command: ({ id, time }) => (id.startsWith('foreign') ? undefined : send(bell, id, 'Ring', { time })),
      }),
      all: schedule({ ...hourly, catchUp: 'all', command: ({ time }) => send(bell, 'all', 'Ring', { time }) }),
      latest: schedule({ ...hourly, catchUp: 'latest', command: ({ time }) => send(bell, 'latest', 'Ring', { time }) }),
      none: schedule({ ...hourly, catchUp: 'none', command: ({ time }) => send(bell, 'none', 'Ring', { time }) }),
    },
  });
};

const hang: Workload = (dice) => ({
  category: 'bell',
  id: dice.pick(['b1', 'b2', 'b3', 'b4', 'all', 'latest', 'none']),
  type: 'Hang',
  data: {},
  actor: user('olga', 'operator'),
});

/** A run of schedules: over one stream and over the rows of a view, with each way of catching up; a release that rings twice as often comes meanwhile. */
export const schedulesWith = (seed: number, tamper?: Tamper): Simulation => ({
  manifest: ringing('0 * * * *'),
  next: ringing('0,30 * * * *'),
  seed,
  workload: hang,
  share: { rebuilds: 0.1, imports: 0.1, restores: 0.15 },
  ...(tamper && { tamper }),
});
