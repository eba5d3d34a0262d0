import type { Decider } from '../../../lib/index.ts';
import { type Desk, type DeskCommand, type DeskEvent, desk } from './right.ts';

// The compiler names: "clark"
export const wrong: Decider<Desk, DeskCommand, DeskEvent> = { ...desk, history: ['clark', 'operator'] };
