import { decider } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts } from './right.ts';

// The compiler names: decide.Opne: there is no such command
export const wrong = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: { Open: () => [], Close: () => [], Opne: () => [] },
});
