import { process, send } from '../../../../lib/index.ts';
import { type DeskEvent, declared, lamp, type Memory } from '../right.ts';

// The compiler names: onDone.lit
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: { Opened: (_, { entityId }) => ({ send: [send(lamp, entityId, 'Light', {})] }) },
  onDone: { lit: () => ({ end: 'lit' }) },
});
