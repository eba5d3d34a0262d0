import type { ViewItem } from '../ports.ts';

/**
 * A head as it is in a table that took it in the place of another one. Its count tells every state of a head from all others: a cursor does not,
 * since a refold, a mark and its removal write a head anew at the same commit.
 */
export const written = (head: ViewItem, before: ViewItem | undefined): ViewItem => ({
  ...head,
  writes: (before?.writes ?? 0) + 1,
});

/** Whether a head is still the one that was read. */
export const isUnwritten = (there: ViewItem | undefined, before: ViewItem | undefined): boolean =>
  (there === undefined) === (before === undefined) && there?.writes === before?.writes;

/** An item with its owner only where someone reads it: a head that is not a tombstone. Whatever carries an owner costs a
 * second write in the index by owner, and a tombstone belongs to nobody. */
export const listed = ({ owner, ...item }: ViewItem): ViewItem =>
  owner !== undefined && item.sort === 'head' && (item.row !== undefined || item.memory !== undefined)
    ? { ...item, owner }
    : item;
