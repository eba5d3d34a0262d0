import type { Listing, ViewItem, ViewReader } from '../ports.ts';
import { compareText } from '../view/lists.ts';

type Asked = Parameters<ViewReader['list']>[0];

/**
 * A page of a list whose rows are spread over some partitions, as if they were in one: in the same order, with the same places to go on from. A row's place
 * in the list is unique, so one place says where to go on in each partition. A partition that says that it goes on may have more behind the place where its
 * page ends, so nothing that comes after the first of these ends belongs to this page.
 */
export const merged = async (
  reader: Pick<ViewReader, 'list'>,
  partitions: readonly string[],
  asked: Omit<Asked, 'partition'>,
): Promise<Listing> => {
  const pages = await Promise.all(partitions.map((partition) => reader.list({ ...asked, partition })));
  const [only] = pages;
  if (only && pages.length === 1) return only;
  const sign = asked.direction === 'oldest-first' ? 1 : -1;
  const compare = (a: string, b: string) => sign * compareText(a, b);
  const at = (item: ViewItem) => item.lists?.[asked.list]?.at ?? '';
  const [end] = pages.flatMap(({ next }) => (next ? [String(next.at)] : [])).sort(compare);
  const items = pages
    .flatMap((page) => page.items)
    .filter((item) => end === undefined || compare(at(item), end) <= 0)
    .sort((a, b) => compare(at(a), at(b)));
  if (items.length > asked.limit) {
    const kept = items.slice(0, asked.limit);
    return { items: kept, next: { at: at(kept.at(-1)!) } };
  }
  return { items, ...(end !== undefined && { next: { at: end } }) };
};
