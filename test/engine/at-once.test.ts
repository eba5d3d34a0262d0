import fc from 'fast-check';
import { expect, it } from 'vitest';
import { atOnce } from '../../lib/engine/at-once.ts';

it('works on so many at the same time, on as many as it may, and answers in the order of the items', async () => {
  const given = fc.record({
    most: fc.integer({ min: 1, max: 8 }),
    turns: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(given, async ({ most, turns }) => {
      let [running, highest, taken] = [0, 0, 0];
      function* items() {
        for (const item of turns.entries()) {
          taken += 1;
          // An item is taken only when there is a free slot.
          expect(running).toBeLessThan(most);
          yield item;
        }
      }
      const results = await atOnce(most, items(), async ([place, count]) => {
        running += 1;
        highest = Math.max(highest, running);
        for (let turn = 0; turn < count; turn++) await null;
        running -= 1;
        return place;
      });
      expect(results).toEqual([...turns.keys()]);
      expect([taken, highest]).toEqual([turns.length, Math.min(most, turns.length)]);
    }),
  );
});

it('throws what the first failure was, begins nothing after it, and leaves nothing running', async () => {
  let running = 0;
  const begun: number[] = [];
  const failing = atOnce(3, [1, 2, 3, 4, 5], async (n) => {
    begun.push(n);
    running += 1;
    for (let turn = 0; turn < n * n; turn++) await null;
    running -= 1;
    if (n > 1) throw new Error(`no ${n}`);
  });
  await expect(failing).rejects.toThrow('no 2');
  expect(running).toBe(0);
  expect(begun).toEqual([1, 2, 3, 4]);
});
