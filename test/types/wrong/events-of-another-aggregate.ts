import type { Decider } from '../../../lib/index.ts';
import { type Desk, type DeskCommand, type DeskEvent, desk, lampEvents } from './right.ts';

// The compiler names: Lit
export const wrong: Decider<Desk, DeskCommand, DeskEvent> = { ...desk, events: lampEvents };
