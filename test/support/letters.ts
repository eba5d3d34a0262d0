import type { Acts, KeptActs } from '../../lib/engine/operate/acts/acts.ts';
import type { OperatedBox } from '../../lib/engine/operate/letters/letters.ts';

export const memoryActs = (): Acts & Readonly<{ kept: ReadonlyMap<string, KeptActs> }> => {
  const kept = new Map<string, KeptActs>();
  return {
    kept,
    load: async (of) => kept.get(of),
    save: async (of, next, loadedWrites) => {
      if (kept.get(of)?.writes !== loadedWrites) return false;
      kept.set(of, next);
      return true;
    },
  };
};

/** A consumer with some letters; `moved` is told of each that is put back. */
export const memoryBox = (
  { left, ...box }: Pick<OperatedBox, 'kind' | 'name' | 'views'> & { left: string[] },
  moved: (letter: string) => void = () => undefined,
): OperatedBox => ({
  ...box,
  queue: { depth: async () => ({ waiting: 0, inFlight: 0, deadLetters: left.length }) },
  letters: {
    look: async (most) => left.slice(0, most).map((body, i) => ({ id: String(i), body })),
    putBack: async (isOver) => {
      for (let n = 0; ; n++) {
        if (isOver()) return { moved: n, isEmpty: false };
        const letter = left.shift();
        if (letter === undefined) return { moved: n, isEmpty: true };
        moved(letter);
      }
    },
  },
});
