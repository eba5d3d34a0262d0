import type { Manifest } from '../../core/manifest.ts';
import type { Invariant } from './checks/at-rest.ts';
import type { Subjects } from './personal/plan.ts';
import { type Crowd, type Plan, planFor, type Shares } from './plan.ts';
import { play } from './run.ts';
import { schemaWorkload } from './schema-workload.ts';
import { shrink } from './shrink.ts';
import type { Workload } from './workload.ts';
import type { Tamper } from './world/engine.ts';
import type { Fault } from './world/faults.ts';

/** The options of a simulation. */
export type Simulation = Readonly<{
  manifest: Manifest;
  /** The release that is rolled out meanwhile, beside the first one for a while; it has at least the same views. */
  next?: Manifest;
  /** Everything else follows from it. */
  seed: number;
  /** Makes up the commands; without it they follow from the manifest's schemas. */
  workload?: Workload;
  /** Promises of the domain itself, checked when all work is done. */
  invariants?: readonly Invariant[];
  /** Faults that do not happen in this simulation. */
  without?: readonly Fault[];
  /** In which share of all seeds a view is rebuilt meanwhile, a foreign history imported, and the tables restored in the end; a tenth and none if not said. */
  share?: Partial<Shares>;
  /** How many commands are sent, and within which time; some twenty within 2.5 seconds if not said. */
  crowd?: Crowd;
  /** The subjects of its personal values: some of them are erased meanwhile. Each value that the workload makes begins with `<mark><subject>.`. */
  subjects?: Subjects;
  /** Made wrong on purpose. */
  tamper?: Tamper;
  /** Shrinks a failing run, which takes up to some hundred runs; true by default. */
  shrinks?: boolean;
  /** Told everything that happens. */
  trace?: (line: string) => void;
}>;

/** The number of occurrences by name, `calls` of ports among them. */
export type Figures = Readonly<Record<string, number>>;

/** A promise was broken. The message is a trace of as little as breaks it, and the seed. */
export class SimulationFailed extends Error {
  override name = 'SimulationFailed';
  readonly seed: number;
  readonly fault: string;
  constructor(seed: number, fault: string, report: string) {
    super(report);
    this.seed = seed;
    this.fault = fault;
  }
}

const mostLines = 400;
const usualShares: Shares = { rebuilds: 0.1, imports: 0, restores: 0 };

const reportOf = async (simulation: Simulation, plan: Plan, fault: string): Promise<string> => {
  const lines: string[] = [];
  await play(simulation, plan, { ...simulation, trace: (line) => lines.push(line) });
  const faults = Object.entries(plan.odds).flatMap(([name, odds]) => (odds > 0 ? [name] : []));
  const beside = `${plan.rebuild ? ', the rebuild of a view' : ''}${plan.imports ? ', an import' : ''}${plan.restore ? ', a restore' : ''}`;
  const left =
    lines.length > mostLines ? [`... ${lines.length - mostLines} lines before ...`, ...lines.slice(-mostLines)] : lines;
  return [
    `Seed ${simulation.seed}: ${fault}`,
    `  it takes ${plan.commands.length} commands${beside} and ${faults.length === 0 ? 'no fault' : `these faults: ${faults.join(', ')}`}`,
    ...left.map((line) => `  ${line}`),
  ].join('\n');
};

/**
 * Plays one seed: commands from several callers on the real engine code, over ports whose calls are interleaved, delayed, lost and
 * repeated, and checks every promise at rest. Throws SimulationFailed with a readable trace; the same seed fails in the same way.
 *
 * @example
 * for (let seed = 1; seed <= 1_000; seed++) await simulate({ manifest, seed });
 */
export const simulate = async (simulation: Simulation): Promise<Figures> => {
  const { manifest, next, seed, workload = schemaWorkload(manifest), without = [], shrinks = true, crowd, subjects } = simulation;
  const plan = planFor(seed, workload, next ? 2 : 1, without, { ...usualShares, ...simulation.share }, { crowd, subjects });
  const { fault, counts } = await play(simulation, plan, simulation);
  if (fault === undefined) return counts;
  if (!shrinks) throw new SimulationFailed(seed, fault, `Seed ${seed}: ${fault}`);
  const small = await shrink(
    plan,
    async (smaller) => (await play(simulation, smaller, { ...simulation, trace: undefined })).fault,
  );
  throw new SimulationFailed(seed, small.fault ?? fault, await reportOf(simulation, small.plan, small.fault ?? fault));
};
