import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AnyProjection } from '../../../../lib/core/projection.ts';
import type { ViewItem } from '../../../../lib/engine/ports.ts';
import { countedView } from '../../../../lib/engine/rebuild/operator/estimate-table.ts';
import { itemSize } from '../../../../lib/engine/store/size.ts';
import { entries } from '../../../support/examples/bag.ts';

const unit = 4_096;
const least = 100;

/** A row of exactly so many bytes. */
const rowOf = (n: number, bytes: number): ViewItem => {
  const item = { key: 'k', sort: `row#${n}`, stream: 'bag-a', commit: 1, writes: 1, row: { text: '' } };
  return { ...item, row: { text: 'x'.repeat(bytes - itemSize(item)) } } as ViewItem;
};

it('counts one unit for each four kilobytes of all that a request reads, and a half for a scan, and rounds up once', async () => {
  const sizes = fc.array(fc.integer({ min: least, max: 5_000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom(-1, 0, 1), async (some, beside) => {
      const sum = some.reduce((a, b) => a + b, 0);
      // The last one fills the units up, but for a byte more or less.
      const total = Math.ceil((sum + least + 1) / unit) * unit + beside;
      const { view, meter, scanner } = countedView(entries as unknown as AnyProjection);
      const items = [...some, total - sum].map((size, i) => rowOf(i, size));
      for (const item of items) await view.putRow(item, undefined);
      meter.taken();
      expect((await view.rowsOf('k', { limit: 100, direction: 'oldest-first' })).items).toHaveLength(items.length);
      const units = Math.ceil(total / unit);
      expect(meter.taken()).toEqual({ read: units, write: 0 });
      expect((await scanner.scan({ segment: 0, of: 1 }, { limit: 100 })).units).toBe(units / 2);
    }),
  );
});
