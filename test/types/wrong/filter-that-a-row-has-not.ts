import { rowPerStream } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskSource } from './right.ts';

// The compiler names: opne
export const wrong = rowPerStream<Desk, DeskEvent>()({
  name: 'desks',
  revision: 1,
  from: deskSource,
  may: ['operator'],
  filters: ['opne'],
  on: { Opened: () => ({ open: true }) },
});
