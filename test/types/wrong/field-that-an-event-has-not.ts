import { decider } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts } from './right.ts';

// The compiler names: Closed has no 'bye'
export const wrong = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: { Open: () => [], Close: () => [{ type: 'Closed', data: { why: 'late', bye: 'ada' } }] },
});
