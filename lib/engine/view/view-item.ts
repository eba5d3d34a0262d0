import type { ViewItem } from '../ports.ts';

/**
 * A head as it is stored after it replaced another one. Its count distinguishes every state of a head from all others. A cursor does not,
 * since a refold, a mark and its removal write a head again at the same commit. If a head has a higher count itself, counting continues
 * from there.
 */
export const written = (head: ViewItem, before: ViewItem | undefined): ViewItem => {
  const writes = Math.max(before?.writes ?? 0, head.writes ?? 0) + 1;
  return before?.refolded === undefined ? { ...head, writes } : { refolded: before.refolded, ...head, writes };
};

/** The count under which a writer that has read this head puts rows: that of the write of the next head. */
export const countOfRows = (before: ViewItem | undefined): number => (before?.writes ?? 0) + 1;

/** A row as it is stored when it is put by a writer that has read this head. */
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

/**
 * An item with its owner only where someone reads it: a head that is not a tombstone. An item with an owner costs a second write in the
 * index by owner, and a tombstone has no owner.
 */
export const listed = ({ owner, ...item }: ViewItem): ViewItem =>
  owner !== undefined && item.sort === 'head' && (item.row !== undefined || item.memory !== undefined)
    ? { ...item, owner }
    : item;
