import type { Direction, Listing, ViewItem } from '../ports.ts';
import { compareText } from '../view/lists.ts';

export type Range = Readonly<{
  limit: number;
  direction: Direction;
  after?: Readonly<Record<string, unknown>>;
  /** The sort key of an item, or of the position of a page token: no two rows have the same. */
  orderOf: (place: Readonly<Record<string, unknown>>) => string;
  placeOf: (item: ViewItem) => Readonly<Record<string, unknown>>;
}>;

/**
 * Overlays a page of an index, which may lag behind, with rows that were read consistently: entries of their streams are dropped from the
 * page, and each row is put at its position, if that is on this page. A row that belongs after its end is left to the next page, so that a
 * walk over all pages has it exactly once.
 */
export const overlaid = (
  page: Listing,
  streams: ReadonlySet<string>,
  rows: readonly ViewItem[],
  { limit, direction, after, orderOf, placeOf }: Range,
): Listing => {
  const sign = direction === 'oldest-first' ? 1 : -1;
  const compare = (a: string, b: string) => sign * compareText(a, b);
  const [start, end] = [after && orderOf(after), page.next && orderOf(page.next)];
  const belongs = (order: string) =>
    (start === undefined || compare(order, start) > 0) && (end === undefined || compare(order, end) <= 0);
  const all = [
    ...page.items.filter(({ key }) => !streams.has(key)).map((item) => ({ item, order: orderOf(placeOf(item)) })),
    ...rows.map((item) => ({ item, order: orderOf(placeOf(item)) })).filter(({ order }) => belongs(order)),
  ].sort((a, b) => compare(a.order, b.order));
  const items = all.slice(0, limit).map(({ item }) => item);
  return all.length > limit ? { items, next: placeOf(items.at(-1)!) } : { ...page, items };
};
