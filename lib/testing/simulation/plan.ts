import { diceFor } from './dice.ts';
import { type ImportPlan, importPlanFor } from './imports.ts';
import { type SubjectPlan, type Subjects, subjectPlanFor } from './personal/plan.ts';
import { type RebuildPlan, rebuildPlanFor } from './rebuild/plan.ts';
import { type RestorePlan, restorePlanFor } from './restore-plan.ts';
import type { Ask, Workload } from './workload.ts';
import { type Fault, type Odds, someFaults, withoutFaults } from './world/faults.ts';

/** One command and how it is sent. */
export type Planned = Readonly<{
  n: number;
  at: number;
  ask: Ask;
  /** Sent under an id that can be repeated. */
  keyed: boolean;
  expect?: number;
  /** Sent twice at the same time. */
  twin: boolean;
  /** The number of times that it is sent again after its answer. */
  repeats: number;
  /** True if its sender reads the view afterwards, and wants to see it. */
  reads: boolean;
}>;

/** Everything that a run does, but for what the dice decide on the way. */
export type Plan = Readonly<{
  seed: number;
  odds: Odds;
  commands: readonly Planned[];
  rollout?: Readonly<{ from: number; until: number }>;
  pageSize: number;
  /** A view that is rebuilt meanwhile. */
  rebuild?: RebuildPlan;
  /** A history that is imported meanwhile. */
  imports?: ImportPlan;
  /** Tables that are restored when all of it is over, each to another moment. */
  restore?: RestorePlan;
  /** Persons whose data the commands have, and of whom some are erased. */
  subjects?: SubjectPlan;
}>;

/** In which share of all runs it happens. */
export type Shares = Readonly<{ rebuilds: number; imports: number; restores: number }>;

/** How many commands are sent, and within which time (milliseconds). */
export type Crowd = Readonly<{ commands: number; within: number }>;

const duration = 2_500;

export const planFor = (
  seed: number,
  workload: Workload,
  releases: number,
  without: readonly Fault[],
  shares: Shares,
  { crowd, subjects }: Readonly<{ crowd?: Crowd | undefined; subjects?: Subjects | undefined }> = {},
): Plan => {
  const dice = diceFor(seed, 'plan');
  const odds = withoutFaults(someFaults(dice), without);
  const count = 16 + dice.below(4);
  const { commands: length, within } = crowd ?? { commands: count, within: duration };
  const times = Array.from({ length }, () => dice.next() * within).sort((a, b) => a - b);
  const commands = times.map((at, n): Planned => {
    // The first commands are sent until they are answered: a run in which nothing begins shows little.
    const keyed = dice.chance(0.7) || n < 3;
    return {
      n,
      at,
      ask: workload(dice, n),
      keyed,
      ...(dice.chance(0.05) && n >= 3 && { expect: dice.below(8) }),
      twin: dice.chance(0.15) && keyed,
      repeats: keyed && dice.chance(0.25) ? 1 + dice.below(2) : 0,
      reads: dice.chance(0.35),
    };
  });
  const from = dice.next() * duration;
  const rollout = { from, until: from + 200 + dice.next() * duration };
  const rebuild = rebuildPlanFor(seed, shares.rebuilds);
  const restore = restorePlanFor(seed, workload, shares.restores);
  // A restore runs in a simulation of its own: the commits that it loses would have to be removed from the books of the others.
  const imports = restore ? undefined : importPlanFor(seed, workload, shares.imports);
  return {
    seed,
    odds,
    commands,
    ...(releases > 1 && odds.rollout > 0 && { rollout }),
    pageSize: 2 + dice.below(12),
    ...(rebuild && !restore && { rebuild }),
    ...(imports && { imports }),
    ...(restore && { restore }),
    ...(subjects && { subjects: subjectPlanFor(seed, subjects) }),
  };
};
