import { decider } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, desk, deskCommands, deskEvents } from './right.ts';

// The compiler names: Property 'Close' is missing
export const wrong = decider<Desk, DeskEvent>()({
  category: 'desk',
  events: deskEvents,
  commands: deskCommands,
  initial: { open: false },
  decide: { Open: () => [] },
  evolve: desk.evolve,
});
