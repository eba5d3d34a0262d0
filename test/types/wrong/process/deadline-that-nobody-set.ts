import { process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory } from '../right.ts';

// The compiler names: onDeadline.evening
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: { Opened: () => ({ end: 'opened' }) },
  onDeadline: { evening: () => ({ end: 'late' }) },
});
