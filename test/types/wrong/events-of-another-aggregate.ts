import { decider } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts, lampEvents } from './right.ts';

// The compiler names: Lit
export const wrong = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: { Open: () => [], Close: () => [] },
  events: lampEvents,
});
