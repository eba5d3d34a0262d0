import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { shapeOf } from '../../../lib/cli/watch/shape.ts';

const decider = (change: object = {}) => ({
  category: 'account',
  initial: { balance: 0 },
  commands: { Open: { may: ['owner'], schema: z.object({}) } },
  decide: { Open: () => 1 },
  ...change,
});

test('code, schemas and first states are no shape', () => {
  const before = shapeOf(decider());
  expect(shapeOf(decider({ initial: { balance: 1 } }))).toBe(before);
  expect(shapeOf(decider({ decide: { Open: () => 2 } }))).toBe(before);
  expect(shapeOf(decider({ commands: { Open: { may: ['owner'], schema: z.object({ now: z.string() }) } } }))).toBe(before);
});

test('rights, names, lists and anything else that constructs read are', () => {
  const before = shapeOf(decider());
  expect(shapeOf(decider({ commands: { Open: { may: ['operator'], schema: z.object({}) } } }))).not.toBe(before);
  expect(shapeOf(decider({ decide: { Open: () => 1, Close: () => 1 } }))).not.toBe(before);
  expect(shapeOf(decider({ publishes: ['Opened'] }))).not.toBe(before);
  // As an event log is told from one with data: by which of the kernel's functions writes it.
  const bare = () => 1;
  const full = () => 1;
  expect(shapeOf({ write: bare })).not.toBe(shapeOf({ write: full }));
});

test('something that contains itself has a shape', () => {
  const round: { inner?: object } = {};
  round.inner = round;
  expect(shapeOf(round)).toBe(shapeOf(round));
});

test('a change anywhere in plain data is another shape', () => {
  const plain = fc.jsonValue({ maxDepth: 2 });
  fc.assert(
    fc.property(plain, fc.constantFrom('may', 'lists', 'revision'), fc.integer(), (data, key, n) => {
      const shape = shapeOf({ views: [{ data, [key]: n }] });
      expect(shapeOf({ views: [{ data: structuredClone(data), [key]: n }] })).toBe(shape);
      expect(shapeOf({ views: [{ data, [key]: n + 1 }] })).not.toBe(shape);
      expect(shapeOf({ views: [{ data }] })).not.toBe(shape);
    }),
    { numRuns: 50 },
  );
});
