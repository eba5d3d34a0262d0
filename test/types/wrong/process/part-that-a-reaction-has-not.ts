import { process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory } from '../right.ts';

// The compiler names: 'ends'
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: { Closed: ({ desk }) => ({ memory: { desk }, ends: 'closed' }) },
});
