import type { ViewItem } from '../ports.ts';

/**
 * A head as it is in a table that took it in the place of another one. Its count tells every state of a head from all others: a cursor does not,
 * since a refold, a mark and its removal write a head anew at the same commit. A head that says a higher count itself is counted on from there.
 */
export const written = (head: ViewItem, before: ViewItem | undefined): ViewItem => ({
  ...(before?.refolded !== undefined && { refolded: before.refolded }),
  ...head,
  writes: Math.max(before?.writes ?? 0, head.writes ?? 0) + 1,
});

/** The count under which rows are put by whoever has read this head: that of the write of the head that is to follow. */
export const countOfRows = (before: ViewItem | undefined): number => (before?.writes ?? 0) + 1;

/** A row as it is in a table that took it from somebody who has read this head. */
export const rowUnder = (row: ViewItem, before: ViewItem | undefined): ViewItem => ({ ...row, writes: countOfRows(before) });

/**
 * True if a row replaces the stored one: a row for a later head replaces one for an earlier head, and for the same head the later commit
 * wins. A row from before this count existed is always replaced.
 */
export const goesOver = (row: ViewItem, there: ViewItem | undefined): boolean => {
  const [count, other] = [row.writes ?? 0, there?.writes ?? 0];
  return there === undefined || other < count || (other === count && there.commit <= row.commit);
};

/** True if a head is still the one that was read. */
export const isUnwritten = (there: ViewItem | undefined, before: ViewItem | undefined): boolean =>
  (there === undefined) === (before === undefined) && there?.writes === before?.writes;

/** An item with its owner only where someone reads it: a head that is not a tombstone. Whatever carries an owner costs a
 * second write in the index by owner, and a tombstone belongs to nobody. */
export const listed = ({ owner, ...item }: ViewItem): ViewItem =>
  owner !== undefined && item.sort === 'head' && (item.row !== undefined || item.memory !== undefined)
    ? { ...item, owner }
    : item;
