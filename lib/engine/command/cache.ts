import { boundedCache } from '../bounded-cache.ts';
import type { Known } from '../store/known.ts';

/** The states that a warm function keeps, bounded in bytes: the longest unused goes first. */
export type StateCache = Readonly<{
  get(stream: string): Known | undefined;
  set(known: Known): void;
  drop(stream: string): void;
}>;

const sizeOf = ({ state, recent, sent, fresh }: Known) =>
  500 + recent.length + sent.length + 150 * fresh.length + 2 * (JSON.stringify(state)?.length ?? 0);

export const stateCache = (maxBytes: number): StateCache => {
  const { get, set, drop } = boundedCache<Known>(maxBytes);
  return { get, set: (known) => set(known.stream, known, sizeOf(known)), drop };
};
