import { rowPerStream } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskSource } from './right.ts';

// The compiler names: 'filter'
export const wrong = rowPerStream<Desk, DeskEvent>()({
  name: 'desks',
  revision: 1,
  from: deskSource,
  may: ['operator'],
  filter: ['open'],
  on: { Opened: () => ({ open: true }) },
});
