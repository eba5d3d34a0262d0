/**
 * What a command of a load can be made from. All choices follow from the load's seed.
 * @example const id = ({ run, below }: LoadCall) => `${run}-${below(100)}`;
 */
export type LoadCall = Readonly<{
  /** A whole number from 0 on, below the limit. */
  below: (limit: number) => number;
  pick: <T>(from: readonly T[]) => T;
  chance: (probability: number) => boolean;
  /** A word that no other run has, for the ids of what this run makes. */
  run: string;
  /** The number of the request in its run, from 0 on. */
  n: number;
  /** The id of the caller. */
  me: string;
}>;

/**
 * A command that is sent before the load begins.
 * @example const open: LoadSetup = { category: 'account', command: 'Open', id: 'a1', body: { currency: 'EUR' } };
 */
export type LoadSetup = Readonly<{ category: string; command: string; id: string; body: object; as?: string }>;

/**
 * A kind of command in a load.
 * @example const deposit: LoadCommand = { category: 'account', command: 'Deposit', id: ({ run }) => run, body: () => ({ amount: 1, currency: 'EUR' }) };
 */
export type LoadCommand = Readonly<{
  category: string;
  /** Its name, as the aggregate declares it. */
  command: string;
  /** Its part of all commands, beside the weights of the others; 1 without. */
  weight?: number;
  id: (call: LoadCall) => string;
  /** Without it a body is made up that the command's schema accepts. */
  body?: (call: LoadCall) => object;
  /** A view that has a row under the stream's id: with it, the time is measured until that row shows the command. */
  view?: string;
  /** The user who sends it: `customer` without, `operator`, or a role of the manifest. */
  as?: string;
}>;

/**
 * The mix of commands that `foldstream load` sends.
 * @example const mix: LoadMix = { commands: [deposit, { ...withdraw, weight: 0.5 }] };
 */
export type LoadMix = Readonly<{
  /** The choices of a run follow from it; 1 without. */
  seed?: number;
  /** What is sent first, and not measured. */
  setup?: (call: LoadCall) => readonly LoadSetup[];
  commands: readonly LoadCommand[];
}>;

/**
 * Declares the mix of commands that `foldstream load` sends: exported as `load` from `load.ts` beside the manifest.
 * @example export const load = defineLoad({ commands: [deposit] });
 */
export const defineLoad = (mix: LoadMix): LoadMix => mix;
