import { createHash } from 'node:crypto';
import type { Listing, View, ViewItem, ViewReader } from '../engine/ports.ts';
import { itemSize, largestItem } from '../engine/size.ts';
import { storable } from '../engine/storable.ts';
import { listed } from '../engine/view-item.ts';

export type MemoryView = View & ViewReader & { items(): readonly ViewItem[] };

const places = ({ key, sort }: { key: string; sort: string }) => `${key}\n${sort}`;
/** A table is scanned in no order that means anything; what leans on one must fail here too. */
const scanned = (place: string) => createHash('sha256').update(place).digest('hex');
const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

type Options = Readonly<{ limit: number; after?: Readonly<Record<string, unknown>> }>;

const page = (
  items: readonly ViewItem[],
  order: (item: ViewItem) => string,
  { limit, after }: Options,
  back = false,
): Listing => {
  const sign = back ? -1 : 1;
  const sorted = items.toSorted((a, b) => sign * compare(order(a), order(b)));
  const start = after && order(after as ViewItem);
  const rest = start === undefined ? sorted : sorted.filter((item) => sign * compare(order(item), start) > 0);
  const found = structuredClone(rest.slice(0, limit));
  const last = found.at(-1);
  return { items: found, ...(rest.length > limit && last && { next: { key: last.key, sort: last.sort } }) };
};

/** One revision's table in memory, with the same conditions and lists as the table. */
export const memoryView = (): MemoryView => {
  const table = new Map<string, ViewItem>();
  const put = (item: ViewItem) => {
    const { row, memory, ...rest } = listed(item);
    const copy: ViewItem = {
      ...storable(rest),
      ...(row !== undefined && { row: storable(row) }),
      ...(memory !== undefined && { memory: storable(memory) }),
    };
    if (itemSize(copy) > largestItem) throw new Error(`${item.key} ${item.sort}: an item has at most ${largestItem} bytes.`);
    table.set(places(item), copy);
  };
  return {
    items: () => structuredClone([...table.values()]),
    head: async (key) => structuredClone(table.get(places({ key, sort: 'head' }))),
    putHead: async (head, expected) => {
      if (table.get(places(head))?.commit !== expected) return false;
      put(head);
      return true;
    },
    putRow: async (item) => {
      const there = table.get(places(item));
      if (!there || there.commit <= item.commit) put(item);
    },
    rowsOf: async (key, options) => {
      const rows = [...table.values()].filter(
        (item) => item.key === key && item.sort.startsWith('row#') && item.row !== undefined,
      );
      return page(rows, ({ sort }) => sort, options, options.direction === 'newest-first');
    },
    all: async ({ owner, ...options }) => {
      const heads = [...table.values()].filter((item) => item.sort === 'head' && item.row !== undefined);
      if (owner === undefined) return page(heads, ({ key }) => scanned(key), options);
      return page(
        heads.filter((item) => item.owner === owner),
        ({ key }) => key,
        options,
      );
    },
  };
};
