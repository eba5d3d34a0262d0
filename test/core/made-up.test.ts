import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exampleOf } from '../../lib/core/made-up.ts';
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

  it('is there for every event of a manifest', () => {
    for (const { events } of parcels.aggregates)
      for (const { schemas } of Object.values(events)) for (const schema of schemas) expect(exampleOf(schema)).toBeDefined();
  });
});
