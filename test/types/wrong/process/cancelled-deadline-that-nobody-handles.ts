import { process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory } from '../right.ts';

// The compiler names: 'evenning'
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: { Closed: () => ({ cancelDeadlines: ['evenning'] }) },
});
