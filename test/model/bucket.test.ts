import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucket } from './bucket.ts';

/** Takes at times, each so long after the one before. */
const takes = fc.array(
  fc.record({ after: fc.double({ min: 0, max: 2, noNaN: true }), amount: fc.double({ min: 0, max: 3_000, noNaN: true }) }),
  { maxLength: 60 },
);
const rates = fc.integer({ min: 1, max: 5_000 });

const played = (rate: number, all: readonly Readonly<{ after: number; amount: number }>[]) => {
  const tokens = bucket(rate, 1);
  let now = 0;
  return all.map(({ after, amount }) => {
    now += after;
    return { now, amount, taken: tokens.take(amount, now) };
  });
};

describe('tokens of a key', () => {
  it('no span of time takes more than what comes in it and what a second has kept', () => {
    fc.assert(
      fc.property(rates, takes, (rate, all) => {
        const done = played(rate, all);
        for (const [i, first] of done.entries()) {
          let sum = 0;
          for (const each of done.slice(i)) {
            sum += each.taken;
            expect(sum).toBeLessThanOrEqual(rate * (each.now - first.now + 1) + 1e-6);
          }
        }
      }),
    );
  });

  it('what asks for less than comes is never turned away, and nobody gets more than asked for', () => {
    fc.assert(
      fc.property(rates, takes, (rate, all) => {
        const modest = all.map(({ after, amount }) => ({ after, amount: Math.min(amount, rate * Math.min(after, 1)) }));
        for (const { amount, taken } of played(rate, modest)) expect(taken).toBeCloseTo(amount, 6);
        for (const { amount, taken } of played(rate, all)) expect(taken).toBeLessThanOrEqual(amount);
      }),
    );
  });
});
