import { rowPerStream } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, lampSource } from './right.ts';

// The compiler names: "Lit"
export const wrong = rowPerStream<Desk, DeskEvent>()({
  name: 'desks',
  revision: 1,
  from: lampSource,
  may: ['operator'],
  on: { Opened: () => ({ open: true }) },
});
