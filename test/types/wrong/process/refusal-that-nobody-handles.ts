import { process, send } from '../../../../lib/index.ts';
import { type DeskEvent, declared, lamp, type Memory } from '../right.ts';

// The compiler names: 'notLitt'
export const wrong = process<Memory, DeskEvent>()({
  ...declared,
  category: 'evening',
  on: { Opened: (_, { entityId }) => ({ send: [light(entityId)] }) },
  onRefused: { notLit: () => ({ end: 'dark' }) },
});

const light = (id: string) => send(lamp, id, 'Light', {}, { refused: 'notLitt' });
