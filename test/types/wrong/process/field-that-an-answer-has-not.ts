import { perform, process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory, ring } from '../right.ts';

// The compiler names: 'herd'
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'calling',
  effects: [ring],
  on: { Opened: (_, { data }) => ({ perform: [perform(ring, { number: data.by }, { done: 'rung' })] }) },
  onDone: { rung: (_, { answer }) => (answer.herd ? { end: 'heard' } : {}) },
});
