/** Chance that is the same in every run of a seed. */
export type Dice = Readonly<{
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from 0 up to, not including, a limit. */
  below(limit: number): number;
  chance(odds: number): boolean;
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
}>;

const mixed = (seed: number, purpose: string): number => {
  let hash = (seed ^ 0x9e3779b9) >>> 0;
  for (const letter of purpose) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
};

/** Dice of their own for each purpose: taking one kind of fault away then leaves the others as they were, as far as can be. */
export const diceFor = (seed: number, purpose: string): Dice => {
  let state = mixed(seed, purpose);
  // mulberry32: small, and good enough to spread.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (odds) => next() < odds,
    pick: (list) => {
      if (list.length === 0) throw new Error('There is nothing to pick from.');
      return list[below(list.length)]!;
    },
    shuffled: (list) => {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      }
      return copy;
    },
  };
};
