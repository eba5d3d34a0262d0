import type { AnyProjection } from '../../../core/projection.ts';
import { dynamoDb } from '../../limits.ts';
import type { RowChange, View, ViewItem, ViewReader } from '../../ports.ts';
import { itemSize, readUnits, sum } from '../../store/size.ts';
import { changedPart, type ListedPart, partItem } from '../../view/parts.ts';
import { isPlaceOfRow, rowPlace, shareSort } from '../../view/shares.ts';
import { isUnwritten, listed, rowUnder, written } from '../../view/view-item.ts';
import type { Meter, ScannedItem, ViewScanner } from '../ports.ts';

type Counting = Pick<
  View & ViewReader,
  'head' | 'putHead' | 'putRow' | 'putShares' | 'putPart' | 'part' | 'shares' | 'parts' | 'rowsOf' | 'sharesIn'
>;

const writes = (bytes: number) => Math.max(1, Math.ceil(bytes / dynamoDb.writeUnitBytes));
/** What one request costs that reads items of these sizes: they are rounded up together. */
const reads = (sizes: readonly number[]) => readUnits(sum(sizes));

/** An item's size as the table holds it: its places are attributes of their own. */
const sizeOf = ({ lists = {}, ...item }: ViewItem): number =>
  itemSize({
    ...item,
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([list, place]) => [
        [`in.${list}`, place.in],
        [`at.${list}`, place.at],
      ]),
    ),
  });

/** The keys under which an item stands in indexes that hold all of it. */
const indexKeys = (projection: AnyProjection, item: ViewItem | undefined): ReadonlyMap<string, string> =>
  new Map([
    ...(projection.kind === 'row-per-stream' && item?.owner !== undefined ? [['by-owner', item.owner] as const] : []),
    ...Object.entries(item?.lists ?? {}).map(([list, place]) => [list, `${place.in}\n${place.at}`] as const),
  ]);

/** What the indexes cost when an item takes another's place: an entry that moves is removed and put. */
const indexWrites = (projection: AnyProjection, before: ViewItem | undefined, after: ViewItem): number => {
  const [from, to] = [indexKeys(projection, before), indexKeys(projection, after)];
  const cost = (item: ViewItem | undefined) => (item ? writes(sizeOf(item)) : 0);
  let units = 0;
  for (const name of new Set([...from.keys(), ...to.keys()])) {
    if (to.has(name)) units += cost(after);
    if (from.has(name) && from.get(name) !== to.get(name)) units += cost(before);
  }
  return units;
};

const partSize = (part: ListedPart) => itemSize(partItem(part));

const kindOf = ({ key, sort }: ViewItem) => (sort === 'head' ? 'head' : isPlaceOfRow(key) ? 'share' : 'row');

/** Scans the table in one page, at the price of an eventually consistent read. */
const scannerOf = (items: () => readonly ViewItem[], parts: () => readonly ListedPart[]): ViewScanner => ({
  scan: async () => {
    const [allItems, allParts] = [items(), parts()];
    return {
      items: [
        ...allItems.map((item): ScannedItem => ({ kind: kindOf(item), key: item.key, sort: item.sort, stream: item.stream })),
        ...allParts.map(({ row, shard }): ScannedItem => ({ kind: 'part', row, shard })),
      ],
      units: reads([...allItems.map(sizeOf), ...allParts.map(partSize)]) / 2,
    };
  },
});

/**
 * A view's table in memory, for one writer, that counts what a table of DynamoDB would charge: a unit for each kilobyte written and each four that
 * are read, indexes by themselves, double in transactions.
 */
export const countedView = (projection: AnyProjection): Readonly<{ view: Counting; meter: Meter; scanner: ViewScanner }> => {
  const table = new Map<string, Map<string, ViewItem>>();
  const parts = new Map<string, Map<number, ListedPart>>();
  let [read, write] = [0, 0];
  const get = (key: string, sort: string) => table.get(key)?.get(sort);
  const set = (item: ViewItem) =>
    void (table.get(item.key) ?? table.set(item.key, new Map()).get(item.key))?.set(item.sort, item);
  const partsOf = (row: string) => parts.get(row) ?? parts.set(row, new Map()).get(row)!;
  const put = (given: ViewItem, times = 1): void => {
    const item = listed(given);
    write += times * writes(sizeOf(item)) + indexWrites(projection, get(item.key, item.sort), item);
    set(item);
  };
  const change = (given: RowChange): void => {
    const { row, shard, stream, commit, share } = given;
    const there = partsOf(row).get(shard);
    const part = changedPart(there, given);
    partsOf(row).set(shard, part);
    write += 2 * writes(partSize(part)) + (there ? 0 : 1);
    const key = rowPlace(row);
    const item: ViewItem = { key, sort: shareSort(stream), stream, commit, ...(share && { share }) };
    write += 2 * writes(sizeOf(item));
    if (share) set(item);
    else table.get(key)?.delete(item.sort);
  };
  const readItem = <T extends ViewItem | undefined>(item: T): T => {
    read += reads(item ? [sizeOf(item)] : []);
    return item;
  };
  const under = (key: string, prefix: string) =>
    [...(table.get(key)?.values() ?? [])].filter(({ sort }) => sort.startsWith(prefix));
  const readAll = (items: readonly ViewItem[]) => {
    read += reads(items.map(sizeOf));
    return { items };
  };
  const view: Counting = {
    head: async (key) => readItem(get(key, 'head')),
    putHead: async (head, before) => {
      if (!isUnwritten(get(head.key, 'head'), before)) return false;
      put(written(head, before));
      return true;
    },
    putRow: async (item, before) => put(rowUnder(item, before)),
    putShares: async (head, before, changes) => {
      if (!isUnwritten(get(head.key, 'head'), before)) return 'moved';
      put(written(head, before), changes.length > 0 ? 2 : 1);
      for (const each of changes) change(each);
      return 'written';
    },
    putPart: async () => true,
    part: async (row, shard) => {
      const part = partsOf(row).get(shard);
      read += reads(part ? [partSize(part)] : []);
      return part;
    },
    shares: async (stream, rows) =>
      new Map(
        rows.flatMap((row) => {
          const share = readItem(get(rowPlace(row), shareSort(stream)))?.share;
          return share ? [[row, share] as const] : [];
        }),
      ),
    parts: async (row) => {
      const all = [...partsOf(row).values()];
      read += reads(all.map(partSize));
      return all;
    },
    rowsOf: async (key) => readAll(under(key, 'row#')),
    sharesIn: async (row) => readAll(under(rowPlace(row), 'share#')),
  };
  const scanner = scannerOf(
    () => [...table.values()].flatMap((all) => [...all.values()]),
    () => [...parts.values()].flatMap((some) => [...some.values()]),
  );
  const taken = () => {
    const units = { read, write };
    [read, write] = [0, 0];
    return units;
  };
  return { view, meter: { taken }, scanner };
};
