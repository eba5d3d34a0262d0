import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observe, Observed } from '../../lib/aws/client/dynamo.ts';
import { storedSize } from '../../lib/aws/store/commit-item.ts';
import type { CommitForm } from '../../lib/core/settings/fields.ts';
import type { Store } from '../../lib/engine/ports.ts';
import { storable } from '../../lib/engine/store/storable.ts';
import { plainJson } from '../support/json.ts';
import { commitOf, commitWith, freshStream } from '../support/store/commits.ts';

/** The database counts the size of an item as this code does, and the observer gets it. */
export const sizeContract = (name: string, make: (observe: Observe, form?: CommitForm) => Promise<Store>) =>
  describe(`sizes: ${name}`, () => {
    it.each(['plain', 'packed'] as const)('never counts less than the engine, nor much more: %s', async (form) => {
      const seen: Observed[] = [];
      const store = await make((observed) => seen.push(observed), form);
      await fc.assert(
        fc.asyncProperty(fc.array(plainJson, { maxLength: 30 }), async (data) => {
          const commit = commitOf(freshStream(), 1, { events: [{ type: 'A', v: 1, data: storable(data) }] });
          await store.append(commit);
          const units = seen.at(-1)?.units ?? 0;
          const size = storedSize(commit, form);
          expect(Math.ceil(size / 1024)).toBeGreaterThanOrEqual(units);
          expect(Math.ceil((size * 0.8) / 1024)).toBeLessThanOrEqual(units);
        }),
        { numRuns: 40 },
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
