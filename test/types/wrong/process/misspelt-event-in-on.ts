import { process } from '../../../../lib/index.ts';
import { type DeskEvent, declared, type Memory } from '../right.ts';

// The compiler names: on.Opend
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: { Opend: (memory, event) => ({ memory, end: event.entityId }) },
});
