import type { ViewItem } from './ports.ts';

/** An item with its owner only where someone reads it: a head that is not a tombstone. Whatever carries an owner costs a
 * second write in the index by owner, and a tombstone belongs to nobody. */
export const listed = ({ owner, ...item }: ViewItem): ViewItem =>
  owner !== undefined && item.sort === 'head' && (item.row !== undefined || item.memory !== undefined)
    ? { ...item, owner }
    : item;
