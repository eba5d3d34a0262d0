import { decider } from '../../../lib/index.ts';
import { type Desk, type DeskEvent, deskParts } from './right.ts';

// The compiler names: "Opend"
export const wrong = decider<Desk, DeskEvent>()({
  ...deskParts,
  category: 'desk',
  decide: {
    Close: () => [],
    Open: ({ open }, { by }) => {
      if (open) return [];
      return [{ type: 'Opend', data: { by } }];
    },
  },
});
