import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observe, Observed } from '../../lib/aws/dynamo.ts';
import type { Store } from '../../lib/engine/ports.ts';
import { itemSize } from '../../lib/engine/store/size.ts';
import { storable } from '../../lib/engine/store/storable.ts';
import { plainJson } from '../support/json.ts';
import { commitOf, commitWith, freshStream } from '../support/store/commits.ts';

/** The database counts the size of an item as this code does, and the observer gets it. */
export const sizeContract = (name: string, make: (observe: Observe) => Promise<Store>) =>
  describe(`sizes: ${name}`, () => {
    it('never counts less than the engine, nor much more', async () => {
      const seen: Observed[] = [];
      const store = await make((observed) => seen.push(observed));
      await fc.assert(
        fc.asyncProperty(fc.array(plainJson, { maxLength: 30 }), async (data) => {
          const commit = commitOf(freshStream(), 1, { events: [{ type: 'A', v: 1, data: storable(data) }] });
          await store.append(commit);
          const units = seen.at(-1)?.units ?? 0;
          expect(Math.ceil(itemSize(commit) / 1024)).toBeGreaterThanOrEqual(units);
          expect(Math.ceil((itemSize(commit) * 0.8) / 1024)).toBeLessThanOrEqual(units);
        }),
        { numRuns: 60 },
      );
    });

    it('reports requests and units, of failures too', async () => {
      const seen: Observed[] = [];
      const store = await make((observed) => seen.push(observed));
      const commit = commitWith(freshStream(), 1, 3_000);
      await store.append(commit);
      await store.append(commit);
      await store.read(commit.stream, { from: 1 });
      await store.appendTogether([commitOf(freshStream(), 1), commitOf(freshStream(), 1)], []);
      expect(seen).toMatchObject([
        { command: 'PutItem', requests: 1, units: 4 },
        { command: 'PutItem', requests: 1, error: 'ConditionalCheckFailedException' },
        { command: 'Query', requests: 1, units: 1 },
        { command: 'TransactWriteItems', requests: 1, units: 4 },
      ]);
    });
  });
