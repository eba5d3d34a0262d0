import type { Decider } from '../../../lib/index.ts';
import { type Desk, type DeskCommand, type DeskEvent, desk } from './right.ts';

// The compiler names: "Opend"
export const wrong: Decider<Desk, DeskCommand, DeskEvent> = {
  ...desk,
  decide: {
    ...desk.decide,
    Open: ({ open }, { by }) => {
      if (open) return [];
      return [{ type: 'Opend', data: { by } }];
    },
  },
};
