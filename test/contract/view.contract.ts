import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Listing, View, ViewItem, ViewReader } from '../../lib/engine/ports.ts';

type Table = View & ViewReader;

const headOf = (key: string, commit: number, over: Partial<ViewItem> = {}): ViewItem => ({
  key,
  sort: 'head',
  stream: `account-${key}`,
  commit,
  row: { balance: commit },
  ...over,
});
const rowOf = (key: string, row: string, commit: number, over: Partial<ViewItem> = {}): ViewItem =>
  headOf(key, commit, { sort: `row#${row}`, ...over });
const keys = (items: readonly ViewItem[]) => items.map(({ key }) => key);
const rows = (items: readonly ViewItem[]) => items.map(({ sort }) => sort.slice('row#'.length));

/** Follows `next` to the end, doing something between two pages. */
const walk = async (ask: (after: Listing['next']) => Promise<Listing>, between = async () => {}): Promise<readonly Listing[]> => {
  const pages: Listing[] = [];
  for (let after: Listing['next']; ; await between()) {
    const page = await ask(after);
    pages.push(page);
    expect(pages.length, 'a list that never ends').toBeLessThan(200);
    // A page token contains JSON.
    after = page.next && JSON.parse(JSON.stringify(page.next));
    if (!after) return pages;
  }
};

/** The promises of every table of a view; `makeView` makes an empty one. */
export const viewContract = (name: string, makeView: () => Table | Promise<Table>) =>
  describe(`view: ${name}`, () => {
    const fresh = (): string => randomUUID();
    const putAll = async (view: Table, items: readonly ViewItem[]) => {
      for (const item of items) expect(await view.putHead(item, undefined)).toBe('written');
    };
    let view: Table;
    beforeAll(async () => {
      view = await makeView();
    });

    describe('heads', () => {
      it('answers undefined where there is none', async () => {
        expect(await view.head(fresh())).toBeUndefined();
      });

      it.each<[string, Partial<ViewItem>]>([
        ['row', { owner: 'ada', row: { text: '日本', list: [], map: {}, none: null, no: false, amount: -1.5 } }],
        ['memory', { owner: 'ada', row: undefined, memory: { balance: 0, list: [[]] } }],
        ['mark', { row: undefined, parked: { commit: 4, reason: 'Error: no', at: '2026-11-21T12:00:00.000Z' } }],
      ])('gives back exactly what it was given: a %s', async (_, over) => {
        const { row, ...rest } = headOf(fresh(), 3, over);
        const head = { ...rest, ...(row && { row }) };
        expect(await view.putHead(head, undefined)).toBe('written');
        expect(await view.head(head.key)).toStrictEqual({ ...head, writes: 1 });
      });

      it('puts a first head only where none is', async () => {
        const key = fresh();
        expect(await view.putHead(headOf(key, 1), undefined)).toBe('written');
        expect(await view.putHead(headOf(key, 2), undefined)).toEqual({ there: await view.head(key) });
        expect((await view.head(key))?.commit).toBe(1);
      });

      it('moves a head only from where it was read', async () => {
        const key = fresh();
        expect(await view.putHead(headOf(key, 1), headOf(key, 1, { writes: 1 }))).toEqual({ there: await view.head(key) });
        expect(await view.putHead(headOf(key, 1), headOf(key, 1))).toEqual({ there: await view.head(key) });
        expect(await view.head(key)).toBeUndefined();
        await view.putHead(headOf(key, 5), undefined);
        const there = await view.head(key);
        expect(there).toStrictEqual(headOf(key, 5, { writes: 1 }));
        expect(await view.putHead(headOf(key, 6), headOf(key, 5))).toEqual({ there: await view.head(key) });
        expect(await view.putHead(headOf(key, 6), headOf(key, 5, { writes: 2 }))).toEqual({ there: await view.head(key) });
        expect(await view.putHead(headOf(key, 6), there)).toBe('written');
        expect(await view.head(key)).toStrictEqual(headOf(key, 6, { writes: 2 }));
      });

      it('counts every write, so that an earlier reader notices a write at the same commit', async () => {
        const key = fresh();
        await view.putHead(headOf(key, 5), undefined);
        const there = await view.head(key);
        expect(await view.putHead(headOf(key, 5, { row: { balance: 9 } }), there)).toBe('written');
        expect(await view.putHead(headOf(key, 6), there)).toEqual({ there: await view.head(key) });
        expect(await view.putHead(headOf(key, 5), there)).toEqual({ there: await view.head(key) });
        expect(await view.head(key)).toStrictEqual(headOf(key, 5, { row: { balance: 9 }, writes: 2 }));
      });

      it('parks on the same cursor, and resumes', async () => {
        const key = fresh();
        const parked = { commit: 2, reason: 'Error', at: '2026-11-21T12:00:00.000Z' };
        await view.putHead(headOf(key, 1), undefined);
        expect(await view.putHead(headOf(key, 1, { parked }), await view.head(key))).toBe('written');
        expect((await view.head(key))?.parked).toStrictEqual(parked);
        expect(await view.putHead(headOf(key, 1), await view.head(key))).toBe('written');
        expect((await view.head(key))?.parked).toBeUndefined();
      });

      it('does not go on from where another has parked it meanwhile, since that kept out what came after', async () => {
        const key = fresh();
        const parked = { commit: 2, reason: 'Error', at: '2026-11-21T12:00:00.000Z' };
        await view.putHead(headOf(key, 1), undefined);
        const there = await view.head(key);
        expect(await view.putHead(headOf(key, 1, { parked }), there)).toBe('written');
        expect(await view.putHead(headOf(key, 2), there)).toEqual({ there: await view.head(key) });
        expect((await view.head(key))?.parked).toStrictEqual(parked);
      });

      it('lets exactly one of many that come at once move it', async () => {
        const key = fresh();
        await view.putHead(headOf(key, 1), undefined);
        const there = await view.head(key);
        const moves = Array.from({ length: 12 }, (_, i) => headOf(key, i + 2));
        const answers = await Promise.all(moves.map((head) => view.putHead(head, there)));
        const won = await view.head(key);
        expect(won).toStrictEqual({ ...moves[answers.indexOf('written')], writes: 2 });
        expect(answers.filter((answer) => answer !== 'written')).toEqual(Array.from({ length: 11 }, () => ({ there: won })));
      });
    });

    describe('rows', () => {
      it('puts a row for the same head over none, an older one and its own, and never over a newer', async () => {
        const key = fresh();
        const row = async () => (await view.rowsOf(key, { limit: 9, direction: 'oldest-first' })).items;
        const put = (commit: number, over: Partial<ViewItem> = {}) => view.putRow(rowOf(key, 'a', commit, over), undefined);
        await put(5);
        await put(4, { row: { from: 'older' } });
        expect(await row()).toStrictEqual([rowOf(key, 'a', 5, { writes: 1 })]);
        await put(5, { row: { from: 'the same commit' } });
        expect((await row())[0]?.row).toStrictEqual({ from: 'the same commit' });
        await put(10);
        await put(9, { row: undefined });
        expect(await row()).toStrictEqual([rowOf(key, 'a', 10, { writes: 1 })]);
        await put(11, { row: undefined });
        expect(await row()).toEqual([]);
        await put(10);
        expect(await row()).toEqual([]);
      });

      it('replaces a row of an earlier head by one of a later head, whatever their commits, and never the other way round', async () => {
        const key = fresh();
        const row = async () => (await view.rowsOf(key, { limit: 9, direction: 'oldest-first', tombstones: true })).items;
        const put = (commit: number, writes: number, over: Partial<ViewItem> = {}) =>
          view.putRow(rowOf(key, 'a', commit, over), headOf(key, 1, { writes }));
        await put(9, 4);
        expect(await row()).toStrictEqual([rowOf(key, 'a', 9, { writes: 5 })]);
        await put(9, 3, { row: { from: 'an earlier head' } });
        await put(12, 3, { row: { from: 'an earlier head, and a later commit' } });
        await view.putRow(rowOf(key, 'a', 12), undefined);
        await view.putRow(rowOf(key, 'a', 12), headOf(key, 1));
        await put(8, 4, { row: { from: 'an earlier commit' } });
        expect(await row()).toStrictEqual([rowOf(key, 'a', 9, { writes: 5 })]);
        await put(7, 5, { row: { from: 'a later head' } });
        expect(await row()).toStrictEqual([rowOf(key, 'a', 7, { writes: 6, row: { from: 'a later head' } })]);
        await put(7, 12, { row: undefined });
        await put(7, 11);
        expect((await row()).map(({ row: there, writes }) => [there, writes])).toEqual([[undefined, 13]]);
      });

      it('puts a place without a row only where no row is, if it is asked to, and says whether it did', async () => {
        const key = fresh();
        const put = (sort: string, writes: number) =>
          view.putRow(rowOf(key, sort, 1, { row: undefined }), headOf(key, 1, { writes }), 'where-none-is');
        expect(await put('a', 4)).toBe(true);
        expect([await put('a', 3), await put('a', 4), await put('a', 5)]).toEqual([false, true, true]);
        expect(await view.putRow(rowOf(key, 'b', 1), headOf(key, 1, { writes: 2 }))).toBe(true);
        expect(await view.putRow(rowOf(key, 'b', 2), headOf(key, 1, { writes: 1 }))).toBe(false);
        expect([await put('b', 2), await put('b', 9)]).toEqual([false, false]);
        const { items } = await view.rowsOf(key, { limit: 9, direction: 'oldest-first', tombstones: true });
        expect(items.map(({ row, writes }) => [row !== undefined, writes])).toEqual([
          [false, 6],
          [true, 3],
        ]);
      });

      it('counts on from where a head says that rows are, and keeps under which count all of them were written', async () => {
        const key = fresh();
        await view.putHead(headOf(key, 1, { refolding: true }), undefined);
        const there = await view.head(key);
        expect(there).toStrictEqual(headOf(key, 1, { refolding: true, writes: 1 }));
        expect(await view.putHead(headOf(key, 1, { writes: 40, refolded: 2 }), there)).toBe('written');
        expect(await view.head(key)).toStrictEqual(headOf(key, 1, { refolded: 2, writes: 41 }));
        expect(await view.putHead(headOf(key, 2), await view.head(key))).toBe('written');
        expect(await view.head(key)).toStrictEqual(headOf(key, 2, { refolded: 2, writes: 42 }));
      });

      it('lists the rows of one stream from a place on that none of them has', async () => {
        const key = fresh();
        for (const row of ['3', '4', '5']) await view.putRow(rowOf(key, row, 1), undefined);
        const from = (place: string, direction: 'oldest-first' | 'newest-first') =>
          view.rowsOf(key, { limit: 2, direction, after: { key, sort: `row#${place}~` } });
        expect(rows((await from('3', 'oldest-first')).items)).toEqual(['4', '5']);
        expect(rows((await from('4', 'newest-first')).items)).toEqual(['4', '3']);
      });

      it('lists the rows of one stream in both directions, page by page, without tombstones unless they are asked for', async () => {
        const key = fresh();
        await view.putHead(headOf(key, 9, { row: undefined, memory: {} }), undefined);
        await view.putRow(rowOf(`${key}x`, 'a', 1), undefined);
        const all = Array.from({ length: 11 }, (_, i) => String(i).padStart(12, '0'));
        for (const row of all) await view.putRow(rowOf(key, row, 1, Number(row) % 5 === 2 ? { row: undefined } : {}), undefined);
        const kept = all.filter((row) => Number(row) % 5 !== 2);
        for (const direction of ['oldest-first', 'newest-first'] as const)
          for (const limit of [1, 3, 4, 20]) {
            const pages = await walk((after) => view.rowsOf(key, { limit, direction, ...(after && { after }) }));
            expect(rows(pages.flatMap(({ items }) => items))).toEqual(direction === 'oldest-first' ? kept : kept.toReversed());
            expect(pages.slice(0, -1).every(({ items }) => items.length === limit)).toBe(true);
          }
        const whole = await walk((after) =>
          view.rowsOf(key, { limit: 4, direction: 'oldest-first', tombstones: true, ...(after && { after }) }),
        );
        expect(rows(whole.flatMap(({ items }) => items))).toEqual(all);
        expect(whole.flatMap(({ items }) => items).filter(({ row }) => row === undefined)).toMatchObject([
          { sort: `row#${all[2]}`, commit: 1 },
          { sort: `row#${all[7]}`, commit: 1 },
        ]);
      });
    });

    describe('lists', () => {
      it('lists every head with a row, once, page by page, while others come and go', async () => {
        const own = await makeView();
        const there = Array.from({ length: 23 }, fresh);
        await putAll(
          own,
          there.map((key) => headOf(key, 1)),
        );
        for (let i = 0; i < 9; i++) {
          await own.putHead(headOf(fresh(), 1, { row: undefined }), undefined);
          await own.putHead(headOf(fresh(), 1, { row: undefined, memory: {} }), undefined);
          await own.putRow(rowOf(there[i]!, 'a', 1), undefined);
        }
        for (const limit of [1, 5, 23, 100]) {
          const pages = await walk(
            (after) => own.all({ limit, ...(after && { after }) }),
            async () => void (await own.putHead(headOf(`later-${fresh()}`, 1, { row: undefined }), undefined)),
          );
          expect(keys(pages.flatMap(({ items }) => items)).toSorted()).toEqual(there.toSorted());
          expect(pages.slice(0, -1).every(({ items }) => items.length === limit)).toBe(true);
        }
      });

      it('skips and repeats nothing that was there when rows are put between two pages', async () => {
        const own = await makeView();
        const there = Array.from({ length: 12 }, fresh);
        await putAll(
          own,
          there.map((key) => headOf(key, 1, { owner: 'ada' })),
        );
        for (const owner of [undefined, 'ada']) {
          const pages = await walk(
            (after) => own.all({ limit: 3, ...(owner && { owner }), ...(after && { after }) }),
            async () => void (await own.putHead(headOf(fresh(), 1), undefined)),
          );
          const listed = keys(pages.flatMap(({ items }) => items));
          expect(listed.filter((key) => there.includes(key)).toSorted()).toEqual(there.toSorted());
          expect(new Set(listed).size).toBe(listed.length);
        }
      });

      it("lists an owner's rows by key, and nobody else's, whatever place is given", async () => {
        const own = await makeView();
        const hers = Array.from({ length: 10 }, fresh).toSorted();
        await putAll(
          own,
          hers.map((key) => headOf(key, 1, { owner: 'ada' })),
        );
        await putAll(
          own,
          Array.from({ length: 5 }, () => headOf(fresh(), 1, { owner: 'bob' })),
        );
        await putAll(own, [headOf(fresh(), 1, { owner: 'ada', row: undefined, memory: {} })]);
        for (const limit of [1, 3, 10, 50]) {
          const pages = await walk((after) => own.all({ limit, owner: 'ada', ...(after && { after }) }));
          expect(keys(pages.flatMap(({ items }) => items))).toEqual(hers);
          expect(pages.every(({ items }) => items.length <= limit)).toBe(true);
        }
        const place = { key: '', sort: 'head', owner: 'bob' };
        const bobs = { ...place, key: hers[0]! };
        expect(keys((await own.all({ limit: 50, owner: 'ada', after: bobs })).items)).toEqual(hers.slice(1));
        expect(await own.all({ limit: 50, owner: 'nobody' })).toEqual({ items: [] });
      });

      it('takes a row out of its list when it is deleted or changes hands', async () => {
        const own = await makeView();
        const [deleted, given, kept] = [fresh(), fresh(), fresh()];
        await putAll(
          own,
          [deleted, given, kept].map((key) => headOf(key, 1, { owner: 'ada' })),
        );
        expect(await own.putHead(headOf(deleted, 2, { owner: 'ada', row: undefined }), await own.head(deleted))).toBe('written');
        expect(await own.putHead(headOf(given, 2, { owner: 'bob' }), await own.head(given))).toBe('written');
        expect(keys((await own.all({ limit: 9, owner: 'ada' })).items)).toEqual([kept]);
        expect(keys((await own.all({ limit: 9, owner: 'bob' })).items)).toEqual([given]);
        expect((await own.head(deleted))?.owner).toBeUndefined();
        expect((await own.all({ limit: 9 })).items).toHaveLength(2);
      });
    });
  });
