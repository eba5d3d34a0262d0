import { expect, it } from 'vitest';
import type { Listing } from '../../../lib/engine/ports.ts';
import { shardOfNote } from '../../../lib/engine/view/dirty.ts';
import { memoryDirtyNotes, memoryViewScanner } from '../../../lib/testing/memory/rebuild.ts';
import { memoryScanner } from '../../../lib/testing/memory/sweep.ts';
import { memoryView } from '../../../lib/testing/ports.ts';
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

it('and so does a page of notes', async () => {
  const dirty = memoryDirtyNotes();
  const padding = 'x'.repeat(1_000);
  const streams = Array.from({ length: 18_000 }, (_, i) => `bag-${i}${padding}`).filter((stream) => shardOfNote(stream) === 0);
  for (const stream of streams) await dirty.note({ stream, commit: 1 });
  const page = await dirty.list(0, { limit: 10_000 });
  expect(page.notes.length).toBeLessThan(streams.length);
  const rest = await dirty.list(0, { limit: 10_000, after: page.next! });
  expect([...page.notes, ...rest.notes].map(({ stream }) => stream)).toEqual(streams.toSorted());
  expect(rest.next).toBeUndefined();
});

it('and so do a page of shared rows that are read consistently, and one of a scan of a view', async () => {
  const view = memoryView();
  for (const n of numbers) {
    const row = { row: `r${n}`, shard: 0, amounts: { contributors: 1 }, highest: { 'highest/text': large.text } };
    await view.putPart(row, `row/r${n}`, undefined);
    await view.putHead({ key: `a${n}`, sort: 'head', stream: `bag-a${n}`, commit: 1, row: large }, undefined);
  }
  const page = await view.sharedRows({ limit: 100, consistent: true });
  expect(page.items).toHaveLength(3);
  expect(page.next).toBeDefined();
  // An index has only keys.
  expect((await view.sharedRows({ limit: 100 })).items).toHaveLength(7);
  const scanner = memoryViewScanner(view);
  let [pages, items] = [0, 0];
  for (let after: Listing['next'], more = true; more; ) {
    const scanned = await scanner.scan({ segment: 0, of: 1 }, after ? { after } : {});
    [pages, items] = [pages + 1, items + scanned.items.length];
    after = scanned.next;
    more = after !== undefined;
  }
  expect(items).toBe(14);
  expect(pages).toBeGreaterThan(2);
});
