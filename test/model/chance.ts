import type { Dice } from '../../lib/testing/simulation/dice.ts';
import { assumed } from './assumptions.ts';

const normal = (dice: Dice): number => Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());

/** The number of arrivals where so many are expected. */
export const arrivals = (dice: Dice, expected: number): number => {
  if (expected > 50) return Math.max(0, Math.round(expected + Math.sqrt(expected) * normal(dice)));
  let [count, product] = [0, dice.next()];
  for (const least = Math.exp(-expected); product > least; product *= dice.next()) count += 1;
  return count;
};

/** A time around its median, with a long tail. */
export const around = (dice: Dice, median: number): number => median * Math.exp(assumed.spread * normal(dice));
