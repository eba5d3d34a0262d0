import { expect, it } from 'vitest';
import { TryAgain, tryWhileLost, untilWon } from '../../lib/engine/again.ts';

/** An attempt that loses so many races before it wins. */
const losing = (races: number) => {
  const seen: number[] = [];
  const attempt = async (race: number) => {
    seen.push(race);
    return seen.length > races ? 'won' : 'again';
  };
  return { seen, attempt };
};

it('an attempt that lost its race is made again, five times unless told otherwise', async () => {
  const { seen, attempt } = losing(4);
  expect(await untilWon('contended', attempt)).toBe('won');
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(await untilWon('contended', losing(7).attempt, 8)).toBe('won');
});

it('one that loses every race is an error that another delivery may get over, or is answered', async () => {
  await expect(untilWon('account-1 is contended', losing(5).attempt)).rejects.toThrow(new TryAgain('account-1 is contended'));
  expect(await tryWhileLost(losing(8).attempt, 8)).toBe('again');
});

it('undefined is an outcome, and not a lost race', async () => {
  const seen: number[] = [];
  expect(await untilWon('contended', async (race) => void seen.push(race))).toBeUndefined();
  expect(seen).toEqual([0]);
});
