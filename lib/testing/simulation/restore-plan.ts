import { diceFor } from './dice.ts';
import type { Ask, Workload } from './workload.ts';

/** At the end, the commits are set back to one moment, and the control table to another; then the run continues. */
export type RestorePlan = Readonly<{ commitsAt: number; controlAt: number; asks: readonly Ask[] }>;

/** `share` is of how many runs. The control table is of before, of after, or as it is. */
export const restorePlanFor = (seed: number, workload: Workload, share: number): RestorePlan | undefined => {
  const dice = diceFor(seed, 'restore plan');
  if (!dice.chance(share)) return undefined;
  const commitsAt = dice.next() * 4_000;
  const controlAt = dice.pick([Number.POSITIVE_INFINITY, commitsAt, dice.next() * 4_000]);
  // The commands at the beginning of a run would be refused; later ones meet the state that is left.
  return { commitsAt, controlAt, asks: Array.from({ length: 6 }, (_, n) => workload(dice, 9 + n)) };
};
