import { perform, process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory, ring } from '../right.ts';

// The compiler names: ring
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'calling',
  on: { Opened: (_, { data }) => ({ perform: [perform(ring, { number: data.by })] }) },
});
