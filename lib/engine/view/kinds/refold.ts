import { atOnce } from '../../at-once.ts';
import type { View, ViewItem } from '../../ports.ts';
import { countOfRows, written } from '../view-item.ts';
import { headBefore, type Refold } from './kind.ts';

// Of the kinds whose rows are items of their own: how a refold begins and ends.

/**
 * Reserves the next count of writes for the refold: nobody else writes a row under it. A writer that has read the head before, or continues
 * from it, either comes too late for a row that the refold has written, or makes the refold start again.
 */
export const claimed = async (
  view: View,
  { there, at }: Pick<Refold, 'there' | 'at'>,
  empty: Pick<ViewItem, 'memory'>,
): Promise<ViewItem | undefined> => {
  const head: ViewItem = { ...(there ?? headBefore(at, empty)), refolding: true };
  return (await view.putHead(head, there)) === 'written' ? written(head, there) : undefined;
};

/** A refold that has reserved its count: the head as it was then, and the fold's. */
export type Folded = Readonly<{ head: ViewItem; fresh: ViewItem }>;

/** The places of rows that the refold has not written, and the highest count among all rows. */
export type Strays = Readonly<{ found: readonly string[]; highest: number }>;

/** Removes the rows that are not of the fold, so many at a time, and puts the fold's head. */
export const ended = async (
  view: View,
  { head, fresh }: Folded,
  { found, highest }: Strays,
  atATime: number,
): Promise<ViewItem | undefined> => {
  const own = countOfRows(head);
  if (highest > own) {
    // Either another writer has moved the head since, and this fails; or somebody has changed it, or a row, behind the engine's back: then
    // the count continues from the row's.
    const { refolding: _, ...unclaimed } = head;
    await view.putHead({ ...unclaimed, writes: highest }, head);
    return undefined;
  }
  const { key, stream, commit } = fresh;
  await atOnce(atATime, found, (sort) => view.putRow({ key, sort, stream, commit }, head));
  const done: ViewItem = { ...fresh, refolded: own };
  return (await view.putHead(done, head)) === 'written' ? written(done, head) : undefined;
};
