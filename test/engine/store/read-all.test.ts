import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TryAgain } from '../../../lib/engine/again.ts';
import { toPointer } from '../../../lib/engine/delivery/delivered.ts';
import type { Range, Store } from '../../../lib/engine/ports.ts';
import { streamBatch, withGapsFilled } from '../../../lib/engine/store/read-all.ts';
import { memoryStore } from '../../../lib/testing/memory/store.ts';
import { commitOf } from '../../support/store/commits.ts';

const stream = 'account-1';
const history = Array.from({ length: 12 }, (_, i) => commitOf(stream, i + 1));

/** A store with some of a stream's commits, which ends a page after three and records the reads. */
const storeWith = (commits: typeof history) => {
  const store = memoryStore();
  store.restore(commits);
  const ranges: Range[] = [];
  const read: Store['read'] = (of, range) => {
    ranges.push(range);
    return store.read(of, { ...range, limit: 3 });
  };
  return { read, ranges };
};

const numbersIn = async (
  store: Pick<Store, 'read'>,
  delivered: Parameters<typeof streamBatch>[0],
  cursor?: number,
  numbers: number[] = [],
) => {
  for await (const { commits } of withGapsFilled(store, stream, streamBatch(delivered), cursor))
    numbers.push(...commits.map(({ commit }) => commit));
  return numbers;
};

const deliveries = fc
  .array(fc.record({ at: fc.nat(11), asPointer: fc.boolean() }), { minLength: 1, maxLength: 12 })
  .map((all) => all.map(({ at, asPointer }) => (asPointer ? toPointer(history[at]!) : history[at]!)));

it('gives every commit after the cursor once and in order, however a batch lies, and reads only between the missing ones', async () => {
  await fc.assert(
    fc.asyncProperty(deliveries, fc.nat(12), async (delivered, cursor) => {
      const last = Math.max(...delivered.map(({ commit }) => commit));
      const wanted = history.map(({ commit }) => commit).filter((number) => number > cursor && number <= last);
      const whole = delivered.flatMap((each) => ('pointer' in each ? [] : [each.commit]));
      const missing = wanted.filter((number) => !whole.includes(number));
      const store = storeWith(history);
      expect(await numbersIn(store, delivered, cursor)).toEqual(wanted);
      if (missing.length > 0) expect(store.ranges[0]).toMatchObject({ from: missing[0], to: missing.at(-1) });
      else expect(store.ranges).toEqual([]);
    }),
  );
});

it('reads a stream without a cursor to its head', async () =>
  expect(await numbersIn(storeWith(history), [history[4]!])).toHaveLength(12));

it('tries again where such a stream does not reach the commit that was delivered', async () => {
  await expect(numbersIn(storeWith(history.slice(0, 4)), [history[4]!])).rejects.toThrow(TryAgain);
});

it.each([
  [1, 'at its beginning'],
  [3, 'in its middle'],
  [6, 'at its end'],
])('gives nothing beyond commit %i of a gap if that cannot be read yet, and tries again: %s', async (hidden) => {
  const store = storeWith(history.slice(0, 6).filter(({ commit }) => commit !== hidden));
  const given: number[] = [];
  await expect(numbersIn(store, [history[6]!], 0, given)).rejects.toThrow(TryAgain);
  expect(given.every((number) => number < hidden)).toBe(true);
});
