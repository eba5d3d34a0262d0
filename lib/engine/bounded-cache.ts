import type { Clock } from './ports.ts';
import type { defaultSettings } from './settings.ts';

type Aging = Readonly<{ clock: Pick<Clock, 'now'>; settings: Pick<typeof defaultSettings, 'cacheAgeMilliseconds'> }>;

/**
 * True if what was read or written at that time may still be appended on. A later time than now comes from a clock that jumped, and counts as
 * old.
 */
export const isFresh = ({ clock, settings }: Aging, { readAt }: Readonly<{ readAt: number }>): boolean => {
  const age = clock.now() - readAt;
  return age >= 0 && age <= settings.cacheAgeMilliseconds;
};

/** Values by key in bounded size: the longest unused goes first, and one that is larger than the bound is not kept. */
export const boundedCache = <Value>(most: number) => {
  const entries = new Map<string, Readonly<{ value: Value; size: number }>>();
  let total = 0;
  const take = (key: string): Value | undefined => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    total -= entry.size;
    entries.delete(key);
    return entry.value;
  };
  return {
    get: (key: string): Value | undefined => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    take,
    set: (key: string, value: Value, size: number): void => {
      take(key);
      if (size > most) return;
      entries.set(key, { value, size });
      total += size;
      if (total <= most) return;
      for (const oldest of entries.keys()) {
        take(oldest);
        if (total <= most) return;
      }
    },
    drop: (key: string): void => void take(key),
  };
};
