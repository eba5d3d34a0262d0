import { expect, it } from 'vitest';
import type { Listing } from '../../../lib/engine/ports.ts';
import { memoryView } from '../../../lib/testing/index.ts';
import { memoryScanner } from '../../../lib/testing/memory/sweep.ts';
import { commitOf } from '../../support/store/commits.ts';

const large = { text: 'x'.repeat(300_000) };
const numbers = [1, 2, 3, 4, 5, 6, 7];

it('a page of a view in memory ends at a megabyte, as one of the table does, with a place to go on from', async () => {
  const view = memoryView();
  for (const n of numbers) await view.putRow({ key: 'a', sort: `row#${n}`, stream: 'bag-a', commit: n, row: large }, undefined);
  const pages: number[] = [];
  for (let after: Listing['next'], more = true; more; ) {
    const page = await view.rowsOf('a', { limit: 100, direction: 'oldest-first', ...(after && { after }) });
    pages.push(page.items.length);
    after = page.next;
    more = after !== undefined;
  }
  expect(pages).toEqual([3, 3, 1]);
});

it('and so does a page of a scan', async () => {
  const commits = numbers.map((n) => commitOf('bag-a', n, { events: [{ type: 'Added', v: 1, data: large }] }));
  const page = await memoryScanner({ stored: () => commits }).scan({ segment: 0, of: 1 }, {});
  expect(page.commits).toHaveLength(3);
  expect(page.next).toBeDefined();
});
