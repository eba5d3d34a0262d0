import { decider, type Refusal, refuse } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts } from './right.ts';

// The compiler names: decide.Close: a helper loses the reasons of its refusals
export const wrong = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: { Open: () => [], Close: () => late() },
});

const late = (): Refusal => refuse('late');
