import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pauseSeconds } from '../../../lib/engine/delivery/pause.ts';

const receipts = fc.integer({ min: 1, max: 1_000 });
const longest = fc.integer({ min: 1, max: 43_200 });
const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const highest = 1 - Number.EPSILON;

it('is a whole number of seconds between a half and the whole of a ceiling that doubles: never none, never above the longest', () => {
  fc.assert(
    fc.property(receipts, longest, dice, (n, most, thrown) => {
      const pause = pauseSeconds({ receipts: n, longest: most }, thrown);
      expect(Number.isInteger(pause)).toBe(true);
      const ceiling = Math.min(most, 2 ** n);
      expect(pause).toBeGreaterThanOrEqual(Math.max(1, ceiling / 2));
      expect(pause).toBeLessThanOrEqual(ceiling);
    }),
  );
});

it('grows: up to the longest wait no try waits less than the one before, for all random numbers', () => {
  fc.assert(
    fc.property(receipts, longest, dice, dice, (n, most, one, other) => {
      fc.pre(2 ** (n + 1) <= most);
      expect(pauseSeconds({ receipts: n, longest: most }, one)).toBeLessThanOrEqual(
        pauseSeconds({ receipts: n + 1, longest: most }, other),
      );
    }),
  );
  const lowest = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => pauseSeconds({ receipts: n, longest: 120 }, 0));
  expect(lowest).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

it('spreads what failed together over all seconds that it may', () => {
  const pauses = (n: number) =>
    [0, 0.25, 0.5, 0.75, highest].map((thrown) => pauseSeconds({ receipts: n, longest: 120 }, thrown));
  expect([pauses(1), pauses(3), pauses(9)]).toEqual([
    [1, 1, 2, 2, 2],
    [4, 5, 6, 7, 8],
    [60, 75, 90, 105, 120],
  ]);
});
