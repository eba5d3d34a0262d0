import type { Dice } from '../dice.ts';

/** The faults, each with its probability where it may happen; 0 if it does not happen at all. */
export const faultOdds = {
  /** A call is refused before it takes effect. */
  throttled: 0.04,
  /** A call takes effect, and its answer gets lost. */
  lost: 0.05,
  /** A call takes effect twice: the client library sent it again by itself. */
  retried: 0.05,
  /** An instance dies after its call took effect. */
  crashed: 0.02,
  /** An instance dies before its call arrives. */
  died: 0.01,
  /** A call takes fifty times as long. */
  slow: 0.03,
  /** An invocation goes to an instance that has just been started. */
  cold: 0.1,
  /** The bus refuses single entries of a call. */
  refused: 0.2,
  /** The bus delivers an entry twice. */
  doubled: 0.15,
  /** The bus delivers an entry late. */
  late: 0.2,
  /** A commit travels as a pointer, as if it were too large. */
  pointer: 0.1,
  /** The records of a batch are in another order than their commits. */
  shuffled: 0.3,
  /** A whole batch comes again though it was handled. */
  again: 0.1,
  /** A record never leaves the table's stream. */
  missing: 0.1,
  /** An eventually consistent read returns an older state. */
  stale: 0.3,
  /** The clock of an instance jumps when it is invoked. */
  jumps: 0.05,
  /** A second release runs beside the first, and takes over. */
  rollout: 1,
  /** An attacker with the right to put events on the bus changes a commit's message, or invents one. */
  forged: 0.1,
} as const;

export type Fault = keyof typeof faultOdds;
export type Odds = Readonly<Record<Fault, number>>;

export const allFaults = Object.keys(faultOdds) as readonly Fault[];
export const noFaults = Object.fromEntries(allFaults.map((fault) => [fault, 0])) as Odds;

/** Some of all faults, each weak or strong: what only shows when something else does not happen is found as well. */
export const someFaults = (dice: Dice): Odds => {
  const share = dice.pick([0, 0.3, 0.6, 0.9]);
  return Object.fromEntries(
    allFaults.map((fault) => [fault, dice.chance(share) ? faultOdds[fault] * dice.pick([0.5, 1, 2]) : 0]),
  ) as Odds;
};

export const withoutFaults = (odds: Odds, without: readonly Fault[]): Odds =>
  ({ ...odds, ...Object.fromEntries(without.map((fault) => [fault, 0])) }) as Odds;

/** A fault that the simulator injected: any other exception is a finding. */
export class Injected extends Error {
  override name = 'Injected';
  constructor(message: string) {
    // Thousands of them are made without a use of their stack, which is most of what an error costs.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}
