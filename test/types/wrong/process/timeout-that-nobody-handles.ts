import { perform, process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory, ring } from '../right.ts';

// The compiler names: 'silnt'
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'calling',
  effects: [ring],
  on: { Opened: (_, { data }) => ({ perform: [perform(ring, { number: data.by }, { timedOut: 'silnt' })] }) },
  onTimedOut: { silent: () => ({ end: 'silent' }) },
});
