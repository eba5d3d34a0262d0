import { decider } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts } from './right.ts';

// The compiler names: "clark"
export const wrong = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: { Open: () => [], Close: () => [] },
  history: ['clark', 'operator'],
});
