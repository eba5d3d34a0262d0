import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backlog } from './queue.ts';
import { waits } from './waits.ts';

const steps = fc.array(
  fc.oneof(
    fc.record({ put: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ take: fc.integer({ min: 0, max: 80 }), behind: fc.integer({ min: 0, max: 5 }) }),
  ),
  { maxLength: 100 },
);

describe('a queue of the model', () => {
  it('hands out all that was put, the oldest first, and nothing that is too young', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const queue = backlog();
        let [put, taken, last] = [0, 0, 0];
        for (const [now, step] of all.entries()) {
          if ('put' in step) {
            queue.put(now, step.put);
            put += step.put;
            continue;
          }
          const ready = queue.ready(now - step.behind);
          const got = queue.take(step.take, now - step.behind, (at, count) => {
            expect(at).toBeGreaterThanOrEqual(last);
            expect(at).toBeLessThanOrEqual(now - step.behind);
            last = at;
            taken += count;
          });
          expect(got).toBeCloseTo(Math.min(step.take, ready), 6);
        }
        expect(queue.size()).toBeCloseTo(put - taken, 6);
      }),
    );
  });

  it('percentiles are those of the times, within two in a hundred', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (times, share) => {
          const counted = waits();
          for (const time of times) counted.add(time);
          const sorted = times.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)]!;
          expect(counted.at(share) / exact).toBeGreaterThan(0.97);
          expect(counted.at(share) / exact).toBeLessThan(1.03);
        },
      ),
    );
  });
});
