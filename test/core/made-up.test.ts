import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exampleOf, madeUp } from '../../lib/core/made-up.ts';
import { diceFor } from '../../lib/testing/simulation/dice.ts';
import { manifest as parcels } from '../support/apps/parcel/manifest.ts';

describe('an example', () => {
  it('fits its schema, has every optional field, and is the same each time', () => {
    const schema = z.strictObject({
      code: z.string().regex(/^[A-Z]{3}$/),
      amount: z.int().min(5).max(7),
      note: z.string().optional(),
      lines: z.array(z.strictObject({ kind: z.enum(['red', 'blue']) })).min(1),
    });
    const example = exampleOf(schema)!.data as z.infer<typeof schema>;
    expect(schema.parse(example)).toEqual(example);
    expect(Object.keys(example)).toEqual(['code', 'amount', 'note', 'lines']);
    expect(exampleOf(schema)).toEqual({ data: example });
  });

  it('is none where nothing that is made up fits', () =>
    expect(exampleOf(z.strictObject({ code: z.string().regex(/^never-seen-\d{9}$/) }))).toBeUndefined());

  it('is looked for a thousand times', () => {
    let looked = 0;
    const nothing = z.string().refine(() => {
      looked += 1;
      return false;
    });
    expect(exampleOf(nothing)).toBeUndefined();
    expect(looked).toBe(2_000);
  });

  it('is there for every event of a manifest', () => {
    for (const { events } of parcels.aggregates)
      for (const { schemas } of Object.values(events)) for (const schema of schemas) expect(exampleOf(schema)).toBeDefined();
  });
});

describe('made-up data', () => {
  const all = (schema: z.ZodType) => {
    const [make, dice] = [madeUp(schema), diceFor(1, 'made up')];
    return new Set(Array.from({ length: 300 }, () => make(dice)?.data));
  };

  it('gives every number of a small range, and every length that a list may have', () => {
    expect([...all(z.int().min(3).max(9))].toSorted()).toEqual([3, 4, 5, 6, 7, 8, 9]);
    const lengths = [...all(z.array(z.boolean()).min(1).max(3))].map((list) => (list as readonly boolean[]).length);
    expect([...new Set(lengths)].toSorted()).toEqual([1, 2, 3]);
  });

  it('is there where many texts must each match a pattern of their own, at every seed', () => {
    const hard = z.strictObject({ email: z.email(), born: z.iso.date(), born2: z.iso.date(), id: z.uuid() });
    const make = madeUp(hard);
    for (let seed = 1; seed <= 20; seed++) expect(make(diceFor(seed, 'hard'))).toBeDefined();
  });
});
