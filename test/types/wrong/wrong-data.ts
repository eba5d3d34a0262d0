import { decider } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts } from './right.ts';

// The compiler names: 'bye'
export const wrong = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: { Close: () => [], Open: () => [{ type: 'Opened', data: { bye: 'ada' } }] },
});
