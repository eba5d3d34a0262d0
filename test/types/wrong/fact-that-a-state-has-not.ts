// The compiler names: 'brightness'
import * as z from 'zod';
import { command, decider, guarded } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts, type LampEvent, lampEvents } from './right.ts';

const lamp = decider<{ lit: boolean }, LampEvent>()({
  category: 'lamp',
  events: lampEvents,
  commands: {},
  initial: { lit: false },
  decide: {},
  evolve: { Lit: () => ({ lit: true }) },
});

export const desk = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  commands: {
    Open: command(['operator'], z.object({ by: z.string() }), { facts: { lamp: guarded(lamp, ({ by }) => by) } }),
  },
  decide: {
    Open: (_, { by }, { facts }) => (facts.lamp.brightness ? [] : [{ type: 'Opened', data: { by } }]),
  },
});
