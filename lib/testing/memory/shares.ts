import { plus } from '../../core/amount.ts';
import { dynamoDb } from '../../engine/limits.ts';
import { pages } from '../../engine/pages.ts';
import type { RowChange, RowListing, RowPart, View, ViewItem, ViewReader } from '../../engine/ports.ts';
import { itemSize } from '../../engine/store/size.ts';
import { NotStorable, storable } from '../../engine/store/storable.ts';
import { compareText } from '../../engine/view/lists.ts';
import { changedPart, type ListedPart, partItem } from '../../engine/view/parts.ts';
import { isHigher, partSort, rowPlace, shareSort, totalOf } from '../../engine/view/shares.ts';
import { isUnwritten, written } from '../../engine/view/view-item.ts';
import { firstPage } from './page-bytes.ts';

type Table = Readonly<{
  get: (key: string, sort: string) => ViewItem | undefined;
  put: (item: ViewItem) => void;
  remove: (key: string, sort: string) => void;
  /** In the order of their sort keys. */
  under: (key: string) => readonly ViewItem[];
  scanned: (key: string) => string;
}>;

const fits = ({ raise }: RowChange, before: ListedPart | undefined): boolean =>
  Object.entries(raise).every(([name, value]) => isHigher(value, before?.highest[name]));

const checkTogether = (changes: readonly RowChange[]): void => {
  if (new Set(changes.map(({ row }) => row)).size < changes.length) throw new Error('A transaction takes each row once.');
  if (1 + 2 * changes.length > dynamoDb.transactionItems)
    throw new Error(`A transaction takes ${dynamoDb.transactionItems} items.`);
};

/** The part of a view's table that shared rows need, in memory. */
export const memoryShares = (
  table: Table,
): Pick<View & ViewReader, 'putShares' | 'putPart' | 'part' | 'shares' | 'parts' | 'sharedRows' | 'sharesIn'> => {
  const parts = new Map<string, ListedPart>();
  const place = (row: string, shard: number) => `${rowPlace(row)}\n${partSort(shard)}`;
  const partsOf = (row: string): readonly ListedPart[] =>
    [...parts.values()].filter((part) => part.row === row).toSorted((a, b) => a.shard - b.shard);
  const shown = ({ listed: _, ...part }: ListedPart): RowPart => structuredClone(part);
  return {
    putShares: async (head, before, changes) => {
      checkTogether(changes);
      const there = table.get(head.key, head.sort);
      if (!isUnwritten(there, before)) return { there };
      const after = changes.map((change) => changedPart(parts.get(place(change.row, change.shard)), change));
      if (!changes.every((change) => fits(change, parts.get(place(change.row, change.shard))))) return 'refused';
      for (const part of after)
        if (itemSize(partItem(part)) > dynamoDb.itemBytes) throw new NotStorable(`The row ${part.row} has outgrown its item.`);
      table.put(written(head, before));
      for (const part of after) parts.set(place(part.row, part.shard), { ...part, highest: storable(part.highest) });
      for (const { row, stream, commit, share } of changes)
        if (share) table.put({ key: rowPlace(row), sort: shareSort(stream), stream, commit, share });
        else table.remove(rowPlace(row), shareSort(stream));
      return 'written';
    },
    part: async (row, shard) => {
      const part = parts.get(place(row, shard));
      return part && shown(part);
    },
    shares: async (stream, rows) =>
      new Map(
        rows.flatMap((row) => {
          const share = table.get(rowPlace(row), shareSort(stream))?.share;
          return share ? [[row, share] as const] : [];
        }),
      ),
    putPart: async (part, listed, changes) => {
      const there = parts.get(place(part.row, part.shard));
      if (there?.amounts.changes !== changes) return false;
      parts.set(place(part.row, part.shard), { ...part, listed, amounts: { ...part.amounts, changes: plus(changes ?? 0, 1) } });
      return true;
    },
    parts: async (row) => partsOf(row).map(shown),
    sharedRows: async ({ limit, after, owner, consistent }) => {
      const order = owner === undefined ? table.scanned : (key: string) => key;
      const rows = [
        ...new Set(
          [...parts.values()].flatMap(({ row, listed }) => (owner === undefined || listed === `owner/${owner}` ? [row] : [])),
        ),
      ];
      // As a scan has it, or an index.
      const whereIn = (row: string) =>
        owner === undefined && { sort: partSort(partsOf(row)[0]?.shard ?? 0), ...(!consistent && { listed: row }) };
      const start = after && order(String(after.key));
      const rest = rows
        .filter((row) => totalOf(partsOf(row)) && (start === undefined || compareText(order(rowPlace(row)), start) > 0))
        .toSorted((a, b) => compareText(order(rowPlace(a)), order(rowPlace(b))));
      // Consistent reads go through the parts themselves, others through the keys in an index.
      const asRead = (row: string) => (consistent ? partsOf(row).map(partItem) : [{ key: rowPlace(row), listed: row }]);
      const sizeOf = ({ row }: Readonly<{ row: string }>) => asRead(row).reduce((sum, item) => sum + itemSize(item), 0);
      const found = firstPage(
        rest.map((row) => ({ row })),
        limit,
        dynamoDb.pageBytes,
        sizeOf,
      );
      const last = found.at(-1)?.row;
      return {
        items: found.map(({ row }) => ({ row, parts: partsOf(row).map(shown) })),
        ...(rest.length > found.length && last !== undefined && { next: { key: rowPlace(last), ...whereIn(last) } }),
      };
    },
    sharesIn: async (row, { limit, after }) => {
      const rest = table
        .under(rowPlace(row))
        .filter(({ sort }) => after === undefined || compareText(sort, String(after.sort)) > 0);
      const items = firstPage(rest, limit);
      const last = items.at(-1);
      return { items, ...(rest.length > items.length && last && { next: { key: last.key, sort: last.sort } }) };
    },
  };
};

/** All shared rows, page by page. */
export const allSharedRows = async ({ sharedRows }: Pick<ViewReader, 'sharedRows'>): Promise<RowListing['items']> => {
  const rows: RowListing['items'][number][] = [];
  for await (const { items } of pages(sharedRows, { limit: 1_000, consistent: true })) rows.push(...items);
  return rows;
};
