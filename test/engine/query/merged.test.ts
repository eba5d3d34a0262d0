import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import { queryList } from '../../../lib/engine/query/kinds.ts';
import { merged } from '../../../lib/engine/query/merged.ts';
import type { PageRequest } from '../../../lib/engine/query/page.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';
import { memoryView } from '../../../lib/testing/memory/view.ts';
import { cards, deal, type Face, faceOf } from '../../support/examples/cards.ts';
import { operator } from '../../support/examples/commanding.ts';

const plain = { by: (row: Face) => (row.status === 'none' ? undefined : row.status), sort: (row: Face) => row.rank };
const lists = { plain, spread: { ...plain, shards: 4 } };
const projection = { ...cards, lists } as unknown as AnyProjection;

/** Cards by their keys; those of the rarer colour are found by a filter, whose pages end early. */
const dealt = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', 'c', '1', '2') }),
    rank: fc.constantFrom('1', '10', '2', 'a', 'a b', 'ab', 'é', '日', '😀', '\uffee'),
    status: fc.constantFrom('open', 'open', 'open', 'closed', 'none'),
    colour: fc.constantFrom('red', 'red', 'blue'),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
);

describe('a list with shards', () => {
  it('has the pages and the page tokens of the same list without, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(
        dealt,
        fc.record({
          limit: fc.integer({ min: 1, max: 9 }),
          direction: fc.constantFrom('oldest-first' as const, 'newest-first' as const),
          equals: fc.option(fc.constantFrom({ colour: 'blue' }, { colour: 'red' }), { nil: undefined }),
        }),
        async (faces, { equals, ...asked }) => {
          const reader = memoryView();
          for (const { id, ...face } of faces) await deal(reader, projection, id, faceOf(face));
          const request: PageRequest = { ...asked, by: 'open', ...(equals && { equals }) };
          const pagesOf = async (list: string) => {
            const found: [readonly object[], unknown][] = [];
            for (let cursor: string | undefined; ; ) {
              const querying = { projection, reader, clock: memoryClock() };
              const { items, cursor: next } = await queryList(querying, operator, {
                ...request,
                list,
                ...(cursor && { cursor }),
              });
              // The place that a token names: what is around it says which list it is of.
              found.push([items, next && JSON.parse(Buffer.from(next, 'base64url').toString())[1]]);
              if (next === undefined) return found;
              cursor = next;
            }
          };
          expect(await pagesOf('spread')).toEqual(await pagesOf('plain'));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('spreads the rows of one value over its partitions, a stream always in the same', async () => {
    const view = memoryView();
    for (let i = 0; i < 100; i += 1) await deal(view, projection, `k${i}`, faceOf({ rank: String(i) }));
    const placesOf = () => new Map(view.items().map(({ key, lists: places }) => [key, places?.spread?.in]));
    const before = placesOf();
    expect(new Set(before.values()).size).toBe(4);
    for (let i = 0; i < 100; i += 1) await deal(view, projection, `k${i}`, faceOf({ rank: `x${i}` }));
    expect(placesOf()).toEqual(before);
  });
});

describe('pages that end early', () => {
  it('hold back what may come after rows that another partition has not given yet', async () => {
    // As a table answers where a filter leaves out most of what it reads: nothing found so far, and a place to go on from.
    const itemAt = (at: string) => ({ key: at, sort: 'head', stream: at, commit: 1, row: {}, lists: { l: { in: 'p', at } } });
    const pages: Record<string, object> = {
      one: { items: [itemAt('b'), itemAt('f')], next: { at: 'f' } },
      two: { items: [], next: { at: 'c' } },
      three: { items: [itemAt('a')] },
    };
    const reader = { list: async ({ partition }: { partition: string }) => pages[partition] as never };
    const asked = { list: 'l', limit: 9, direction: 'oldest-first' } as const;
    const page = await merged(reader, Object.keys(pages), asked);
    expect(page.items.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(page.next).toEqual({ at: 'c' });
  });
});
