import type { Clock } from './ports.ts';

/**
 * The time for which an answer is kept if nothing else is said (ms), such as which revision answers. After a switch the old one, which is as
 * complete, may answer for so long.
 */
const askAgainAfter = 3_000;

/** Repeats the answer of a load for a while; a failure is not kept. */
export const keptFor = <T, K = string>(
  clock: Pick<Clock, 'now'>,
  load: (key: K) => Promise<T>,
  milliseconds = askAgainAfter,
): ((key: K) => Promise<T>) => {
  const kept = new Map<K, Readonly<{ value: Promise<T>; until: number; from: number }>>();
  return (key) => {
    const [now, there] = [clock.now(), kept.get(key)];
    // A clock that was set back must not make it last.
    if (there && there.from <= now && now < there.until) return there.value;
    const entry = { value: load(key), from: now, until: now + milliseconds };
    kept.set(key, entry);
    entry.value.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    return entry.value;
  };
};
