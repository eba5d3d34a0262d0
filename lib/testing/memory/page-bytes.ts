import { dynamoDb } from '../../engine/limits.ts';
import { itemSize } from '../../engine/store/size.ts';

/** The first items, as many as one page takes. */
export const firstPage = <T extends object>(
  items: readonly T[],
  limit: number,
  pageBytes: number = dynamoDb.pageBytes,
  sizeOf: (item: T) => number = itemSize,
): readonly T[] => {
  let bytes = 0;
  for (const [i, item] of items.entries()) {
    if (i === limit) return items.slice(0, i);
    bytes += sizeOf(item);
    if (i > 0 && bytes > pageBytes) return items.slice(0, i);
  }
  return items;
};
