import type { Decider } from '../../../lib/index.ts';
import { type Desk, type DeskCommand, type DeskEvent, desk, deskCommands, deskEvents } from './right.ts';

// The compiler names: 'Close'
export const wrong: Decider<Desk, DeskCommand, DeskEvent> = {
  category: 'desk',
  events: deskEvents,
  commands: deskCommands,
  initial: { open: false },
  decide: { Open: () => [] },
  evolve: desk.evolve,
};
