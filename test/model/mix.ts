import type { Dice } from '../../lib/testing/simulation/dice.ts';
import type { CommandProfile, Profile } from './profile.ts';

/** Who sends what: the share of each kind of command, and how uneven its accounts and owners are. */
export type Mix = Readonly<{
  shares: Readonly<Record<string, number>>;
  accounts: number;
  /** The exponent of the distribution of Zipf from which accounts are drawn. */
  exponent: number;
  /** The share of all commands that is about accounts of one owner, such as a payment institution. */
  largestOwner: number;
}>;

/** The mix that the published figures are of. */
export const referenceMix: Mix = {
  shares: { deposit: 0.7, withdrawal: 0.2, transfer: 0.1 },
  accounts: 1_000_000,
  exponent: 0.6,
  largestOwner: 0.02,
};

/** Accounts by how often they are drawn. */
export type Draw = Readonly<{ share: (rank: number) => number; draw: (dice: Dice) => number }>;

const drawn = new Map<string, Draw>();

/** Made once for each distribution: a million accounts take a while. */
export const zipf = (count: number, exponent: number): Draw => {
  const key = `${count} ${exponent}`;
  const draw = drawn.get(key) ?? made(count, exponent);
  drawn.set(key, draw);
  return draw;
};

const made = (count: number, exponent: number): Draw => {
  const sums = new Float64Array(count);
  for (let i = 0, sum = 0; i < count; i++) {
    sum += (i + 1) ** -exponent;
    sums[i] = sum;
  }
  const all = sums[count - 1]!;
  return {
    share: (rank) => (rank + 1) ** -exponent / all,
    draw: (dice) => {
      const wanted = dice.next() * all;
      let [low, high] = [0, count - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! < wanted) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
};

/** The kinds of commands of a mix, each with its share and what is known of it. */
export const parts = ({ commands }: Profile, { shares }: Mix): readonly (readonly [number, CommandProfile])[] =>
  Object.entries(shares).map(([name, share]) => {
    const known = commands[name];
    if (!known)
      throw new Error(`The mix has ${name}, which the profile does not know: it knows ${Object.keys(commands).join(', ')}.`);
    return [share, known] as const;
  });

/** A figure for each command of the mix. */
export const mean = (profile: Profile, mix: Mix, of: (command: CommandProfile) => number): number =>
  parts(profile, mix).reduce((sum, [share, command]) => sum + share * of(command), 0);
