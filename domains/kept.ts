/**
 * A map in the state of an aggregate, in pages ordered by key. A change copies one page and the list of pages instead of the whole map, so folding a
 * long history of changes stays nearly linear, whatever keys callers choose.
 */
export type Kept<T> = readonly Page<T>[];
type Page<T> = readonly (readonly [key: string, value: T])[];

const most = 64;

export const nothingKept: Kept<never> = [];

/** The index of the page for a key. */
const pageOf = <T>(kept: Kept<T>, key: string): number => {
  let [low, high] = [0, kept.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (kept[middle]![0]![0] <= key) low = middle;
    else high = middle - 1;
  }
  return low;
};

export const keptFor = <T>(kept: Kept<T>, key: string): T | undefined =>
  kept[pageOf(kept, key)]?.find(([each]) => each === key)?.[1];

export const keptValues = <T>(kept: Kept<T>): readonly T[] => kept.flat().map(([, value]) => value);

/** Replaces a page: an empty one is removed, one that is too long is split. */
const replaced = <T>(kept: Kept<T>, at: number, page: Page<T>): Kept<T> => {
  const pages = page.length > most ? [page.slice(0, most / 2), page.slice(most / 2)] : [page];
  return kept.toSpliced(at, 1, ...pages.filter(({ length }) => length > 0));
};

export const withValue = <T>(kept: Kept<T>, key: string, value: T): Kept<T> => {
  const at = pageOf(kept, key);
  const page = kept[at] ?? [];
  const place = page.findIndex(([each]) => each >= key);
  const isThere = place >= 0 && page[place]![0] === key;
  return replaced(kept, at, page.toSpliced(place < 0 ? page.length : place, isThere ? 1 : 0, [key, value]));
};

export const withoutValue = <T>(kept: Kept<T>, key: string): Kept<T> => {
  const at = pageOf(kept, key);
  const page = kept[at] ?? [];
  return page.some(([each]) => each === key)
    ? replaced(
        kept,
        at,
        page.filter(([each]) => each !== key),
      )
    : kept;
};
