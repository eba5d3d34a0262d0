import { plus } from '../../core/amount.ts';
import { dynamoDb } from '../../engine/limits.ts';
import { pages } from '../../engine/pages.ts';
import type { HeadMove, RowChange, RowListing, RowPart, View, ViewItem, ViewReader } from '../../engine/ports.ts';
import { itemSize } from '../../engine/store/size.ts';
import { NotStorable, storable } from '../../engine/store/storable.ts';
import { fromHome, homeName, isPointer, mostHomes, movesInto, pointerTo, stays, toHome } from '../../engine/view/kinds/homes.ts';
import { compareText } from '../../engine/view/lists.ts';
import { changedPart, type ListedPart, partItem, totalOf } from '../../engine/view/parts.ts';
import { homeShard, isHigher, noteSort, partSort, rowPlace } from '../../engine/view/shares.ts';
import { isUnwritten, written } from '../../engine/view/view-item.ts';
import { frozen } from '../stored.ts';
import { firstPage } from './page-bytes.ts';

type Table = Readonly<{
  get: (key: string, sort: string) => ViewItem | undefined;
  put: (item: ViewItem) => void;
  scanned: (key: string) => string;
}>;

const fits = ({ raise }: RowChange, before: ListedPart | undefined): boolean =>
  Object.entries(raise).every(([name, value]) => isHigher(value, before?.highest[name]));

/** The streams that have entered each row. */
const memoryNotes = () => {
  const noted = new Map<string, Set<string>>();
  const of = (row: string): Set<string> => noted.get(row) ?? new Set();
  const page: ViewReader['streamsIn'] = async (row, { limit, after }) => {
    const rest = [...of(row)]
      .toSorted(compareText)
      .filter((stream) => after === undefined || compareText(noteSort(stream), String(after.sort)) > 0);
    const streams = rest.slice(0, limit);
    const last = streams.at(-1);
    return { streams, ...(rest.length > streams.length && last && { next: { key: rowPlace(row), sort: noteSort(last) } }) };
  };
  return { of, page, put: (row: string, stream: string) => void noted.set(row, of(row).add(stream)) };
};

/** The heads that are at home in rows. */
const memoryHomes = (table: Table) => {
  const homes = new Map<string, Map<string, object>>();
  const given = new Map<string, number>();
  const of = (row: string) => homes.get(row) ?? new Map<string, object>();
  const find = (row: string, at: Pick<ViewItem, 'key' | 'stream'>): ViewItem | undefined => {
    const stored = of(row).get(at.stream);
    return stored && fromHome(row, at, stored);
  };
  return {
    find,
    /** The head that a pointer leads to, or the item itself. */
    whole: (item: ViewItem): ViewItem => (isPointer(item) && item.home !== undefined && find(item.home, item)) || item,
    size: (row: string): number => itemSize(Object.fromEntries([...of(row)].map(([stream, head]) => [homeName(stream), head]))),
    isAsRead: ({ head, before }: HeadMove): boolean => {
      const there = table.get(head.key, head.sort);
      if (before?.home === undefined) return isUnwritten(there, before);
      const isThere = find(before.home, head)?.writes === before.writes;
      // Who stays does not look at the pointer, which is not in the item that it writes.
      return isThere && (head.home === before.home || there?.home === before.home);
    },
    /** What the failed conditions of a move hand back. */
    handedBack: ({ head, before }: HeadMove): ViewItem | undefined => {
      const row = before?.home ?? head.home;
      const there = stays({ head, before }) ? undefined : table.get(head.key, head.sort);
      if (there !== undefined && !isPointer(there)) return there;
      return row !== undefined && (there === undefined || there.home === row) ? find(row, head) : undefined;
    },
    hasRoom: (moves: readonly HeadMove[]): boolean => {
      const into = Map.groupBy(
        moves.flatMap((move) => movesInto(move) ?? []),
        (row) => row,
      );
      return [...into].every(([row, { length }]) => (given.get(row) ?? 0) + length <= mostHomes);
    },
    put: (move: HeadMove): void => {
      const { head, before } = move;
      const stored = written(head, before);
      const into = movesInto(move);
      if (head.home !== undefined) homes.set(head.home, of(head.home).set(head.stream, frozen(storable(toHome(stored)))));
      if (into !== undefined) given.set(into, (given.get(into) ?? 0) + 1);
      if (before?.home !== undefined && before.home !== head.home) of(before.home).delete(head.stream);
      if (!stays(move)) table.put(head.home === undefined ? stored : pointerTo(stored));
    },
  };
};

const place = (row: string, shard: number) => `${rowPlace(row)}\n${partSort(shard)}`;

/** The items of a transaction: the heads that do not stay, and those of rows that something is added to, or that a head is in or was. */
const itemsOf = (moves: readonly HeadMove[], changes: readonly RowChange[]): number => {
  const homesOf = moves.flatMap(({ head, before }) => [head.home, before?.home].filter((row) => row !== undefined));
  return new Set([
    ...changes.map(({ row, shard }) => place(row, shard)),
    ...homesOf.map((row) => place(row, homeShard)),
    ...moves.filter((move) => !stays(move)).map(({ head }) => head.key),
  ]).size;
};

/** The part of a view's table that shared rows need, in memory. */
export const memoryShares = (
  table: Table,
): Readonly<{ whole: (item: ViewItem) => ViewItem }> &
  Pick<
    View & ViewReader,
    'putShares' | 'headIn' | 'putPart' | 'putNotes' | 'part' | 'notedIn' | 'parts' | 'sharedRows' | 'streamsIn'
  > => {
  const parts = new Map<string, ListedPart>();
  const notes = memoryNotes();
  const homes = memoryHomes(table);
  const partsOf = (row: string): readonly ListedPart[] =>
    [...parts.values()].filter((part) => part.row === row).toSorted((a, b) => a.shard - b.shard);
  const shown = ({ listed: _, ...part }: ListedPart): RowPart => structuredClone(part);
  return {
    whole: homes.whole,
    headIn: async (row, at) => homes.find(row, at),
    putNotes: async (stream, rows) => {
      for (const row of rows) notes.put(row, stream);
    },
    putShares: async (moves, changes) => {
      if (new Set(changes.map(({ row, shard }) => place(row, shard))).size < changes.length)
        throw new Error('A transaction takes each row once.');
      if (itemsOf(moves, changes) > dynamoDb.transactionItems)
        throw new Error(`A transaction takes ${dynamoDb.transactionItems} items.`);
      for (const { row, entering } of changes) for (const stream of entering) notes.put(row, stream);
      const moved = moves.filter((move) => !homes.isAsRead(move));
      if (moved.length > 0) return { moved: new Map(moved.map((move) => [move.head.key, homes.handedBack(move)])) };
      if (!homes.hasRoom(moves)) return 'full';
      const after = changes.map((change) => changedPart(parts.get(place(change.row, change.shard)), change));
      if (!changes.every((change) => fits(change, parts.get(place(change.row, change.shard))))) return 'refused';
      for (const part of after)
        if (itemSize(partItem(part)) + (part.shard === homeShard ? homes.size(part.row) : 0) > dynamoDb.itemBytes)
          throw new NotStorable(`The row ${part.row} has outgrown its item.`);
      for (const move of moves) homes.put(move);
      for (const part of after) parts.set(place(part.row, part.shard), { ...part, highest: storable(part.highest) });
      return 'written';
    },
    part: async (row, shard) => {
      const part = parts.get(place(row, shard));
      return part && shown(part);
    },
    notedIn: async (stream, rows) => new Set(rows.filter((row) => notes.of(row).has(stream))),
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
    streamsIn: notes.page,
  };
};

/** All shared rows, page by page. */
export const allSharedRows = async ({ sharedRows }: Pick<ViewReader, 'sharedRows'>): Promise<RowListing['items']> => {
  const rows: RowListing['items'][number][] = [];
  for await (const { items } of pages(sharedRows, { limit: 1_000, consistent: true })) rows.push(...items);
  return rows;
};
