import { boundedCache, isFresh } from '../bounded-cache.ts';
import type { Clock, HeadMove, Moved, PutShares, View, ViewItem } from '../ports.ts';
import { defaultSettings } from '../settings.ts';
import { mostSize } from '../store/size.ts';
import { written } from './view-item.ts';

/** The heads that an instance has written, and those that a lost race has handed back. */
export type KeptHeads = Readonly<{
  /**
   * Gives a head away. It comes back with the write that follows on it: a head whose write failed, or which a fold has changed by mistake, is
   * never used again.
   */
  take(key: string): ViewItem | undefined;
  /** A stream whose first commit comes is taken for new: the write's condition says if it is not. */
  takesForNew: boolean;
  /** Remembers where a stream is after a write that took no write of its head. */
  keep(head: ViewItem, writtenAt: number): void;
}>;

/** True if commits can be applied to a head as it is: nothing has to be ended or resumed first. */
export const isSettled = ({ parked, begun, refolding }: ViewItem): boolean => !parked && !begun && !refolding;

/** In memory a character has at most two bytes: the bound of a size in UTF-8 is above that. */
const sizeOf = (head: ViewItem) => 500 + mostSize(head);

type KeepingSettings = Pick<typeof defaultSettings, 'cacheAgeMilliseconds' | 'cacheBytes'>;

/**
 * A view that remembers the heads that it writes, so that the next commit of a stream needs no read. The condition of each write makes that
 * safe: if another instance has written the head meanwhile, the race is lost, and hands back the newer head. As with the states of commands, no
 * head is used after five minutes, for the case that a table is set back to an earlier state.
 */
export const keepingHeads = <V extends View>(
  view: V,
  clock: Pick<Clock, 'now'>,
  settings: KeepingSettings = defaultSettings,
): Readonly<{ view: V; heads: KeptHeads }> => {
  const kept = boundedCache<Readonly<{ head: ViewItem; readAt: number }>>(settings.cacheBytes);
  const keep = (head: ViewItem, readAt: number) => kept.set(head.key, { head, readAt }, sizeOf(head));
  const keeping = async <Put extends PutShares | Moved>(moves: readonly HeadMove[], put: () => Promise<Put>) => {
    // A write whose answer is lost may have been done: nothing is known of the heads then.
    for (const { head } of moves) kept.drop(head.key);
    const readAt = clock.now();
    const outcome = await put();
    if (outcome === 'written') for (const { head, before } of moves) keep(written(head, before), readAt);
    else if (typeof outcome === 'object') {
      const there = 'moved' in outcome ? outcome.moved.values() : [outcome.there];
      for (const head of there) if (head) keep(head, readAt);
    }
    return outcome;
  };
  return {
    view: {
      ...view,
      putHead: (head, before) => keeping([{ head, before }], () => view.putHead(head, before)),
      putShares: (moves, changes) => keeping(moves, () => view.putShares(moves, changes)),
    },
    heads: {
      takesForNew: true,
      keep,
      take: (key) => {
        const entry = kept.take(key);
        return entry && isFresh({ clock, settings }, entry) ? entry.head : undefined;
      },
    },
  };
};
