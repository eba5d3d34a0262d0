import { boundedCache } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';

/** Answers that a warm function may give again for a while, bounded in size: the longest unused goes first. */
export type AnswerCache<Answer> = Readonly<{
  /** An answer that is still fresh, and for how many seconds more. */
  get(key: string): Readonly<{ answer: Answer; freshSeconds: number }> | undefined;
  set(key: string, answer: Answer, options: Readonly<{ freshSeconds: number; size: number }>): void;
}>;

type Entry<Answer> = Readonly<{ answer: Answer; madeAt: number; freshSeconds: number }>;

export const answerCache = <Answer>(clock: Pick<Clock, 'now'>, mostCharacters = 8 * 1024 * 1024): AnswerCache<Answer> => {
  const { get, set, drop } = boundedCache<Entry<Answer>>(mostCharacters);
  return {
    get: (key) => {
      const entry = get(key);
      const age = entry ? (clock.now() - entry.madeAt) / 1_000 : 0;
      // A clock that was set back would make an answer live longer than declared.
      if (entry && age >= 0 && age < entry.freshSeconds) return { answer: entry.answer, freshSeconds: entry.freshSeconds - age };
      drop(key);
      return undefined;
    },
    set: (key, answer, { freshSeconds, size }) => {
      if (freshSeconds <= 0) drop(key);
      else set(key, { answer, freshSeconds, madeAt: clock.now() }, size + key.length + 200);
    },
  };
};
