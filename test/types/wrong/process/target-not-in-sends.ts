import { process, send } from '../../../../lib/index.ts';
import { type DeskEvent, declared, desk, lamp, type Memory } from '../right.ts';

// The compiler names: Light
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  sends: [desk],
  on: { Opened: (_, { entityId }) => ({ send: [send(lamp, entityId, 'Light', {})] }) },
});
