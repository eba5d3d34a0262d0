import { expect, it } from 'vitest';
import { askEach, type Progress } from '../../console/parts/lists/many.ts';

it('asks for each of many, tells how far it is, and names what failed; one that fails stops no other', async () => {
  const told: Progress<number>[] = [];
  let [now, most] = [0, 0];
  const act = async (item: number) => {
    now += 1;
    most = Math.max(most, now);
    await Promise.resolve();
    now -= 1;
    if (item % 5 === 0) throw new Error(`not ${item}`);
  };
  const items = Array.from({ length: 23 }, (_, i) => i);
  const ended = await askEach(items, act, (progress) => void told.push(progress));
  expect(ended.done.toSorted((a, b) => a - b)).toEqual(items.filter((i) => i % 5 !== 0));
  expect(ended.failed.map(({ item, problem }) => [item, String(problem)])).toEqual(
    [0, 5, 10, 15, 20].map((i) => [i, `Error: not ${i}`]),
  );
  expect(told.map(({ done, failed }) => done.length + failed.length)).toEqual(items.map((i) => i + 1));
  expect(most).toBe(4);
});
