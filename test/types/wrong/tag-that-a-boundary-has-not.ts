import * as z from 'zod';
import { boundary, command, tag } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts, deskSource } from './right.ts';

const deskTag = tag<number, DeskEvent>()({
  name: 'desk',
  from: [deskSource],
  of: { Opened: ({ by }) => by },
  initial: 0,
  evolve: { Opened: (count) => count + 1 },
});

// The compiler names: A command decides on 'dask'
export const wrong = boundary<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  tags: [deskTag],
  commands: {
    Open: command(['clerk', 'operator'], z.object({ by: z.string() }), { tags: { dask: ({ by }) => by } }),
    Close: command(['process'], z.object({})),
  },
  decide: { Open: () => [], Close: () => [] },
});
