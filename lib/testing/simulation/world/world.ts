import { type Dice, diceFor } from '../dice.ts';
import { type Timeline, timeline } from '../timeline.ts';
import { type Fault, noFaults, type Odds } from './faults.ts';

/** The things that everything in one run shares. */
export type World = Readonly<{
  seed: number;
  time: Timeline;
  dice(purpose: string): Dice;
  /** True if a fault happens now. The dice are thrown also where it cannot happen. */
  happens(fault: Fault, dice: Dice): boolean;
  odds: Odds;
  /** From here on nothing goes wrong any more. */
  calm(): void;
  isCalm(): boolean;
  /** Which release the next invocation runs. */
  release(dice: Dice): number;
  /** Replaces all functions, and so drops everything in their memory. */
  redeployed(): void;
  /** The number of redeployments so far. */
  deployments(): number;
  /** Notes an event for the reader of a trace; cheap if there is no reader. */
  note(who: string, what: () => string): void;
  count(what: string, more?: number): void;
  counts: Readonly<Record<string, number>>;
  /** Ends the run: a promise was broken. Only the first one counts. */
  broken(fault: string): void;
  fault(): string | undefined;
}>;

const start = Date.UTC(2026, 10, 21, 12);
/** More than any run needs: something that goes round in circles is a finding, not a hang. */
const mostHappenings = 60_000;

export type WorldOptions = Readonly<{
  seed: number;
  odds: Odds;
  rollout?: Readonly<{ from: number; until: number }>;
  trace?: (line: string) => void;
}>;

export const newWorld = ({ seed, odds, rollout, trace }: WorldOptions): World => {
  const time = timeline(start, mostHappenings);
  const counts: Record<string, number> = {};
  const all = new Map<string, Dice>();
  let current = odds;
  let calm = false;
  let deployments = 0;
  let found: string | undefined;
  const elapsed = () => time.now() - start;
  const note: World['note'] = (who, what) => trace?.(`${String(elapsed()).padStart(6)} ms  ${who.padEnd(28)} ${what()}`);
  return {
    seed,
    time,
    counts,
    odds,
    dice: (purpose) => {
      const dice = all.get(purpose) ?? diceFor(seed, purpose);
      all.set(purpose, dice);
      return dice;
    },
    happens: (fault, dice) => dice.chance(current[fault]),
    calm: () => {
      current = noFaults;
      calm = true;
      note('-', () => 'From here on nothing goes wrong any more.');
    },
    isCalm: () => calm,
    release: (dice) => {
      if (!rollout || elapsed() < rollout.from) return 0;
      return elapsed() >= rollout.until || dice.chance(0.5) ? 1 : 0;
    },
    redeployed: () => {
      deployments += 1;
    },
    deployments: () => deployments,
    note,
    count: (what, more = 1) => {
      counts[what] = (counts[what] ?? 0) + more;
    },
    broken: (fault) => {
      note('-', () => `BROKEN: ${fault}`);
      found ??= fault;
    },
    fault: () => found,
  };
};
