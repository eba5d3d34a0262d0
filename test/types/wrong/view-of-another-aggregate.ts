import type { RowPerStream } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, lampSource } from './right.ts';

// The compiler names: "Lit"
export const wrong: RowPerStream<Desk, DeskEvent> = {
  kind: 'row-per-stream',
  name: 'desks',
  revision: 1,
  from: lampSource,
  may: ['operator'],
  on: { Opened: () => ({ open: true }) },
};
