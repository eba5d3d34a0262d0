import { later, process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory } from '../right.ts';

// The compiler names: 'evenning'
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: { Opened: (_, { at }) => ({ setDeadlines: { evenning: later(at, { hours: 8 }) } }) },
  onDeadline: { evening: () => ({ end: 'late' }) },
});
