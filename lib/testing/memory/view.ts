import { hash } from 'node:crypto';
import { dynamoDb } from '../../engine/limits.ts';
import type { Listing, View, ViewItem, ViewReader } from '../../engine/ports.ts';
import type { KeyedReader } from '../../engine/query/ports.ts';
import { itemSize } from '../../engine/store/size.ts';
import { storable } from '../../engine/store/storable.ts';
import { compareText, matches } from '../../engine/view/lists.ts';
import { goesOver, isUnwritten, listed, rowUnder, written } from '../../engine/view/view-item.ts';
import { frozen } from '../stored.ts';
import { firstPage } from './page-bytes.ts';
import { memoryShares } from './shares.ts';

export type MemoryView = View & ViewReader & KeyedReader & { items(): readonly ViewItem[] };

const places = ({ key, sort }: { key: string; sort: string }) => `${key}\n${sort}`;
/** A table is scanned in no order that means anything; what leans on one must fail here too. */
const scanned = (place: string) => hash('sha256', place);

type Options = Readonly<{ limit: number; after?: Readonly<Record<string, unknown>> }>;

const page = (
  items: readonly ViewItem[],
  order: (item: ViewItem) => string,
  { limit, after }: Options,
  back = false,
  placeOf: (item: ViewItem) => Readonly<Record<string, unknown>> = ({ key, sort }) => ({ key, sort }),
): Listing => {
  const sign = back ? -1 : 1;
  const sorted = items.toSorted((a, b) => sign * compareText(order(a), order(b)));
  const start = after && order(after as ViewItem);
  const rest = start === undefined ? sorted : sorted.filter((item) => sign * compareText(order(item), start) > 0);
  const found = firstPage(rest, limit);
  const last = found.at(-1);
  return { items: found, ...(rest.length > found.length && last && { next: placeOf(last) }) };
};

/** One revision's table in memory, with the same conditions, lists and pages as the table. */
export const memoryView = (): MemoryView => {
  const table = new Map<string, ViewItem>();
  const put = (item: ViewItem) => {
    const { row, memory, ...rest } = listed(item);
    const copy: ViewItem = {
      ...storable(rest),
      ...(row !== undefined && { row: storable(row) }),
      ...(memory !== undefined && { memory: storable(memory) }),
    };
    if (itemSize(copy) > dynamoDb.itemBytes)
      throw new Error(`${item.key} ${item.sort}: an item has at most ${dynamoDb.itemBytes} bytes.`);
    // Frozen instead of copied at each read: whoever changes what a table gave fails, and reading costs nothing.
    table.set(places(item), frozen(copy));
  };
  const all: ViewReader['all'] = async ({ owner, direction, ...options }) => {
    const heads = [...table.values()].filter((item) => item.sort === 'head' && matches(item, options.where));
    if (owner === undefined) return page(heads, ({ key }) => scanned(key), options);
    return page(
      heads.filter((item) => item.owner === owner),
      ({ key }) => key,
      options,
      direction === 'newest-first',
    );
  };
  const list: ViewReader['list'] = async ({ list: name, partition, direction, ...options }) => {
    const inList = [...table.values()].filter((item) => item.lists?.[name]?.in === partition && matches(item, options.where));
    const at = (item: ViewItem) => item.lists?.[name]?.at ?? String((item as { at?: string }).at);
    return page(inList, at, options, direction === 'newest-first', (item) => ({ at: at(item) }));
  };
  const { whole, ...shares } = memoryShares({ get: (key, sort) => table.get(places({ key, sort })), put, scanned });
  return {
    ...shares,
    items: () => [...table.values()].map(whole),
    head: async (key) => table.get(places({ key, sort: 'head' })),
    putHead: async (head, before) => {
      const there = table.get(places(head));
      if (!isUnwritten(there, before)) return { there };
      put(written(head, before));
      return 'written';
    },
    putRow: async (item, before, only) => {
      const row = rowUnder(item, before);
      const there = table.get(places(row));
      if (!goesOver(row, there) || (only && there?.row !== undefined)) return false;
      put(row);
      return true;
    },
    rowsOf: async (key, options) => {
      const rows = [...table.values()].filter(
        (item) => item.key === key && item.sort.startsWith('row#') && (options.tombstones || matches(item, options.where)),
      );
      return page(rows, ({ sort }) => sort, options, options.direction === 'newest-first');
    },
    all,
    list,
    places: async ({ direction, limit, after, ...of }) => {
      const asked = { direction, limit, ...(after && { after }) };
      const { items, next } = await ('owner' in of ? all({ ...asked, ...of }) : list({ ...asked, ...of }));
      const atOf = ({ key, lists }: ViewItem) => ('owner' in of ? key : (lists?.[of.list]?.at ?? ''));
      return { places: items.map((item) => ({ key: item.key, sort: item.sort, at: atOf(item) })), ...(next && { next }) };
    },
    itemsAt: async (asked) => asked.flatMap((place) => table.get(places(place)) ?? []),
  };
};
