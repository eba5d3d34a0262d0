import type { Decider } from '../../../lib/index.ts';
import { type Desk, type DeskCommand, type DeskEvent, desk } from './right.ts';

// The compiler names: 'bye'
export const wrong: Decider<Desk, DeskCommand, DeskEvent> = {
  ...desk,
  decide: { ...desk.decide, Open: () => [{ type: 'Opened', data: { bye: 'ada' } }] },
};
