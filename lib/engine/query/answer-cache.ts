import type { Clock } from '../ports.ts';

/** Answers that a warm function may give again for a while, bounded in size: the oldest goes first. */
export type AnswerCache<Answer> = Readonly<{
  /** An answer that is still fresh, and for how many seconds more. */
  get(key: string): Readonly<{ answer: Answer; freshSeconds: number }> | undefined;
  set(key: string, answer: Answer, options: Readonly<{ freshSeconds: number; size: number }>): void;
}>;

type Entry<Answer> = Readonly<{ answer: Answer; size: number; madeAt: number; freshSeconds: number }>;

export const answerCache = <Answer>(clock: Pick<Clock, 'now'>, mostCharacters = 8 * 1024 * 1024): AnswerCache<Answer> => {
  const entries = new Map<string, Entry<Answer>>();
  let total = 0;
  const drop = (key: string) => {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    get: (key) => {
      const entry = entries.get(key);
      const age = entry ? (clock.now() - entry.madeAt) / 1_000 : 0;
      // A clock that was set back would make an answer live longer than declared.
      if (entry && age >= 0 && age < entry.freshSeconds) return { answer: entry.answer, freshSeconds: entry.freshSeconds - age };
      drop(key);
      return undefined;
    },
    set: (key, answer, { freshSeconds, size: characters }) => {
      drop(key);
      const size = characters + key.length + 200;
      if (freshSeconds <= 0 || size > mostCharacters) return;
      entries.set(key, { answer, size, freshSeconds, madeAt: clock.now() });
      total += size;
      for (const oldest of entries.keys()) {
        if (total <= mostCharacters) return;
        drop(oldest);
      }
    },
  };
};
