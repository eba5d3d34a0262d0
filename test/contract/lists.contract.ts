import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AnyProjection } from '../../lib/core/projection.ts';
import type { Direction, Listing, View, ViewItem, ViewReader, Where } from '../../lib/engine/ports.ts';
import { byKeys } from '../../lib/engine/query/by-keys.ts';
import type { KeyedReader } from '../../lib/engine/query/ports.ts';
import { rowUnder, written } from '../../lib/engine/view/view-item.ts';

type Table = View & ViewReader & KeyedReader;

const list = 'by-status';
const itemOf = (key: string, at: string, over: Partial<ViewItem> = {}): ViewItem => ({
  key,
  sort: 'head',
  stream: `account-${key}`,
  commit: 1,
  row: { n: at },
  lists: { [list]: { in: 'open', at } },
  ...over,
});
const at = (items: readonly ViewItem[]) => items.map(({ lists }) => lists?.[list]?.at);

const keysOnly = { keysOnly: true } as const;
/** The same lists, by indexes that hold whole rows, and by those that hold keys alone. */
const declared = (index: typeof keysOnly | undefined) =>
  ({
    kind: 'row-per-stream',
    owner: () => '',
    lists: { [list]: { ...index } },
    ...(index && { byOwner: index }),
  }) as unknown as AnyProjection;

/** The promises of every table of a view for the lists that a view declares; `makeTable` makes an empty table of a view. */
export const listsContract = (name: string, makeTable: (projection: AnyProjection) => Table | Promise<Table>) =>
  describe.each([
    ['of rows', undefined],
    ['of keys', keysOnly],
  ])(`declared lists, by indexes %s: ${name}`, (_, index) => {
    const makeView = async (): Promise<Table> => {
      const table = await makeTable(declared(index));
      return index ? { ...table, ...byKeys(table) } : table;
    };
    const fresh = (): string => randomUUID();
    const put = async (view: Table, items: readonly ViewItem[]) => {
      for (const item of items)
        if (item.sort === 'head') expect(await view.putHead(item, undefined)).toBe('written');
        else await view.putRow(item, undefined);
    };
    const ask = (view: Table, limit: number, direction: Direction, after?: Listing['next'], where?: Where, partition = 'open') =>
      view.list({ list, partition, limit, direction, ...(after && { after }), ...(where && { where }) });
    const walk = async (view: Table, limit: number, direction: Direction, where?: Where, between = async () => {}) => {
      const found: ViewItem[] = [];
      for (let after: Listing['next'] | null = null; ; await between()) {
        const page: Listing = await ask(view, limit, direction, after ?? undefined, where);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...page.items);
        if (!page.next) return found;
        expect(Object.keys(page.next)).toEqual(['at']);
        after = JSON.parse(JSON.stringify(page.next));
      }
    };

    it('give back exactly what was put, places and expiry included', async () => {
      const view = await makeView();
      const head = itemOf(fresh(), 'a', { owner: 'ada', expires: '2026-11-21T12:00:00.000Z' });
      const row = { ...itemOf(head.key, 'b'), sort: 'row#1', expires: '2999-11-21T12:00:00.000Z' };
      await put(view, [head, row]);
      expect(await view.head(head.key)).toStrictEqual(written(head, undefined));
      expect((await ask(view, 9, 'oldest-first')).items).toStrictEqual([written(head, undefined), rowUnder(row, undefined)]);
    });

    it('have the rows of one partition by their places in UTF-8, both ways, whatever the size of the pages', async () => {
      const view = await makeView();
      const places = ['a\u0001k1', 'a\u0001k2', 'a b\u0001k', 'ab\u0001k', 'A', '10', '9', '日', '😀', '\uffee', 'é'];
      await put(
        view,
        places.map((place) => itemOf(fresh(), place)),
      );
      await put(view, [
        itemOf(fresh(), 'b', { lists: { [list]: { in: 'closed', at: 'b' } } }),
        itemOf(fresh(), 'c', { lists: undefined }),
      ]);
      const sorted = ['10', '9', 'A', 'a\u0001k1', 'a\u0001k2', 'a b\u0001k', 'ab\u0001k', 'é', '日', '\uffee', '😀'];
      for (const limit of [1, 3, 11, 100]) {
        expect(at(await walk(view, limit, 'oldest-first'))).toEqual(sorted);
        expect(at(await walk(view, limit, 'newest-first'))).toEqual(sorted.toReversed());
      }
      expect((await ask(view, 9, 'oldest-first', undefined, undefined, 'nobody')).items).toEqual([]);
    });

    it('go on from a place whose row is there no longer, and neither skip nor repeat what was there', async () => {
      const view = await makeView();
      const there = Array.from({ length: 12 }, (_, i) => itemOf(fresh(), `m${String(i).padStart(2, '0')}`));
      await put(view, there);
      let moved = 0;
      const found = await walk(view, 2, 'oldest-first', undefined, async () => {
        const last = there[moved++ * 2 + 1]!;
        const { row: _, lists: __, ...gone } = last;
        await view.putHead({ ...gone, commit: 2 }, written(last, undefined));
        await put(view, [itemOf(fresh(), `a${moved}`)]);
      });
      expect(at(found)).toEqual(at(there));
    });

    it('forget a row that was deleted or that is in another partition now', async () => {
      const view = await makeView();
      const [deleted, moved, kept] = [fresh(), fresh(), fresh()];
      await put(view, [itemOf(deleted, '1'), itemOf(moved, '2'), itemOf(kept, '3')]);
      await view.putHead({ key: deleted, sort: 'head', stream: 's', commit: 2 }, await view.head(deleted));
      await view.putHead(itemOf(moved, '2', { commit: 2, lists: { [list]: { in: 'closed', at: '2' } } }), await view.head(moved));
      expect(at((await ask(view, 9, 'oldest-first')).items)).toEqual(['3']);
      expect(at((await ask(view, 9, 'oldest-first', undefined, undefined, 'closed')).items)).toEqual(['2']);
    });

    it('and every other list leave out what does not equal, and what has expired', async () => {
      const view = await makeView();
      const now = '2026-11-21T12:00:00.000Z';
      const rows: [string, object, string?][] = [
        ['1', { n: 5 }],
        ['2', { n: '5' }],
        ['3', { n: 6 }],
        ['4', { n: 5 }, now],
        ['5', { n: 5 }, '2026-11-21T12:00:00.001Z'],
        ['6', { n: true }],
        ['7', { n: 'true', other: null }],
        ['8', {}],
      ];
      const key = fresh();
      for (const [place, row, expires] of rows) {
        const over = { row, owner: 'ada', ...(expires && { expires }) };
        await put(view, [itemOf(`k${place}`, place, over)]);
        await view.putRow({ ...itemOf(key, '', over), lists: undefined, sort: `row#${place}` }, undefined);
      }
      const cases: [Where, string[]][] = [
        [{ equals: { n: '5' } }, ['1', '2', '4', '5']],
        [{ equals: { n: '5' }, now }, ['1', '2', '5']],
        [{ equals: { n: 'true' } }, ['6', '7']],
        [{ equals: { n: 'true', other: 'x' } }, []],
        [{ equals: { n: '' } }, []],
        [{ now }, ['1', '2', '3', '5', '6', '7', '8']],
      ];
      for (const [where, expected] of cases) {
        expect(at(await walk(view, 2, 'oldest-first', where))).toEqual(expected);
        expect(at((await view.all({ limit: 99, owner: 'ada', where })).items)).toEqual(expected);
        expect(at((await view.all({ limit: 99, owner: 'ada', where, direction: 'newest-first' })).items)).toEqual(
          expected.toReversed(),
        );
        expect(at((await view.all({ limit: 99, where, consistent: true })).items).toSorted()).toEqual(expected);
        const ofStream = await view.rowsOf(key, { limit: 99, direction: 'oldest-first', where, consistent: true });
        expect(ofStream.items.map(({ sort }) => sort.slice(4))).toEqual(expected);
      }
    });
  });
