import { user } from '../../lib/index.ts';
import type { Simulation, Tamper, Workload } from '../../lib/testing/simulator.ts';
import { paying } from '../support/paying/domain.ts';

/** Orders by callers who repeat each other. */
const orders: Workload = (dice) => ({
  category: 'order',
  id: `o${1 + dice.below(8)}`,
  type: 'Place',
  data: { amount: 1 + dice.below(100), card: dice.pick(['visa', 'amex']) },
  actor: user('ada'),
});

/** A run of the orders that are paid by an effect. */
export const paymentsWith = (seed: number, tamper?: Tamper): Simulation => ({
  manifest: paying,
  seed,
  workload: orders,
  share: { rebuilds: 0.1, imports: 0.1 },
  ...(tamper && { tamper }),
});

/** The same, and in the end the tables are restored, each to another moment. */
export const restoredPayments = (seed: number, tamper?: Tamper): Simulation => ({
  ...paymentsWith(seed, tamper),
  share: { rebuilds: 0, imports: 0, restores: 1 },
});
