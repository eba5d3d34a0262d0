import { boundedCache } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';
import type { defaultSettings } from '../settings.ts';
import type { Known } from '../store/known.ts';

type Aging = Readonly<{ clock: Pick<Clock, 'now'>; settings: Pick<typeof defaultSettings, 'cacheAgeMilliseconds'> }>;

/** True if a cached state may still be used. A state with a later time than now comes from a clock that jumped, and counts as old. */
export const isFresh = ({ clock, settings }: Aging, { readAt }: Pick<Known, 'readAt'>): boolean => {
  const age = clock.now() - readAt;
  return age >= 0 && age <= settings.cacheAgeMilliseconds;
};

/** The states that a warm function keeps, bounded in bytes: the longest unused goes first. */
export type StateCache = Readonly<{
  get(stream: string): Known | undefined;
  set(known: Known): void;
  drop(stream: string): void;
}>;

const sizeOf = ({ state, recent, sent }: Known) => 500 + recent.length + sent.length + 2 * (JSON.stringify(state)?.length ?? 0);

export const stateCache = (maxBytes: number): StateCache => {
  const { get, set, drop } = boundedCache<Known>(maxBytes);
  return { get, set: (known) => set(known.stream, known, sizeOf(known)), drop };
};
