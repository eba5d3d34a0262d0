import type { Direction, Listing, ViewItem } from '../ports.ts';
import { kindOf } from '../view/kinds/index.ts';
import { rowsOfStream } from './by-id.ts';

/** A place within an item: after this many of its rows, in the direction of the page. */
const within = /^(row#\d+)\.(\d{1,4})$/;

/** Sorts behind a place and all that is within it, and before the next. */
const behind = '~';

type Place = Readonly<{ key: string; sort: string }>;

/** Where the table is to go on from, so that an item of which some rows were shown comes again. */
const startOf = ({ key, sort }: Place, direction: Direction): Readonly<{ place: Place; of?: string; shown: number }> => {
  const [, item, shown] = within.exec(sort) ?? [];
  if (item === undefined) return { place: { key, sort }, shown: 0 };
  // Nothing is stored within an item's place: it sorts behind the item before, and before the item.
  const before = item.replace(/\d+$/, (number) => String(Number(number) - 1).padStart(number.length, '0'));
  return { place: { key, sort: `${direction === 'oldest-first' ? before : item}${behind}` }, of: item, shown: Number(shown) };
};

/** An item for each row, at the place behind it. */
const rowsOf = (item: ViewItem, rows: readonly object[], direction: Direction, shown: number): readonly ViewItem[] => {
  const { key, sort, stream, commit } = item;
  const ordered = direction === 'oldest-first' ? rows : rows.toReversed();
  return ordered
    .map((row, i) => ({ key, sort: i === rows.length - 1 ? sort : `${sort}.${i + 1}`, stream, commit, row }))
    .slice(shown);
};

/** The rows of one stream, of which one item may hold several, a page at a time. */
export const addedById = rowsOfStream(async ({ reader, projection }, id, { after, ...asked }): Promise<Listing> => {
  const { limit, direction } = asked;
  const start = after && startOf(after as Place, direction);
  const { items, next } = await reader.rowsOf(id, { ...asked, ...(start && { after: start.place }) });
  const rows = items.flatMap((item) =>
    rowsOf(item, kindOf(projection).rowsIn(item), direction, item.sort === start?.of ? start.shown : 0),
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return last
    ? { items: rows.slice(0, limit), next: { key: last.key, sort: last.sort } }
    : { items: rows, ...(next && { next }) };
});
