import { boundedCache, isFresh } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';
import { defaultSettings } from '../settings.ts';

/** The cursors that an instance of a function has moved: where they were, not where they are. */
export type KeptCursors = Readonly<{
  /** Gives a cursor away; it comes back when it was moved on. */
  take(stream: string): number | undefined;
  keep(stream: string, commit: number, movedAt: number): void;
}>;

/** Bounded like the heads of a view, and as old at most. */
export const keptCursors = (
  clock: Pick<Clock, 'now'>,
  settings: Pick<typeof defaultSettings, 'cacheAgeMilliseconds' | 'cacheBytes'> = defaultSettings,
): KeptCursors => {
  const kept = boundedCache<Readonly<{ commit: number; readAt: number }>>(settings.cacheBytes);
  return {
    take: (stream) => {
      const cursor = kept.take(stream);
      return cursor && isFresh({ clock, settings }, cursor) ? cursor.commit : undefined;
    },
    keep: (stream, commit, readAt) => kept.set(stream, { commit, readAt }, 200 + 2 * stream.length),
  };
};
