import { process, send } from '../../../../lib/index.ts';
import { type DeskEvent, declared, lamp, type Memory } from '../right.ts';

// The compiler names: 'litt'
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: {
    Opened: (_, { entityId }) => {
      const light = send(lamp, entityId, 'Light', {}, { done: 'litt' });
      return { send: [light] };
    },
  },
  onDone: { lit: () => ({ end: 'lit' }) },
});
