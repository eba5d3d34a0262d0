import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Kept, keptFor, keptValues, nothingKept, withoutValue, withValue } from '../../domains/kept.ts';

it('keeps what a map keeps, for all keys, and does not change the original', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          key: fc.oneof(fc.constantFrom('a', 'b', 'constructor', '__proto__', '7'), fc.string({ maxLength: 2 })),
          value: fc.option(fc.nat()),
        }),
        { maxLength: 300, size: 'max' },
      ),
      (changes) => {
        let kept: Kept<number> = nothingKept;
        const map = new Map<string, number>();
        for (const { key, value } of changes) {
          const before = JSON.stringify(kept);
          const next = value === null ? withoutValue(kept, key) : withValue(kept, key, value);
          expect(JSON.stringify(kept)).toBe(before);
          kept = next;
          if (value === null) map.delete(key);
          else map.set(key, value);
          expect(keptFor(kept, key)).toBe(map.get(key));
        }
        expect(kept.flat()).toEqual([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
        expect(keptValues(kept)).toHaveLength(map.size);
        for (const page of kept) expect(page.length > 0 && page.length <= 64).toBe(true);
      },
    ),
    { numRuns: 60 },
  ));
