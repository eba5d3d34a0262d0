import { setImmediate as otherWork } from 'node:timers/promises';
import { type Simulation, SimulationFailed, simulate } from '../../lib/testing/simulator.ts';
import { findingSeeds } from './mutants/seeds.ts';

/** In how many runs a fault was found, in the run of which seed, and what the simulator said. */
export type Found = Readonly<{ runs: number; seed: number; fault: string }>;

const faultIn = async (simulation: Simulation): Promise<string | undefined> => {
  try {
    await simulate({ ...simulation, shrinks: false });
    return undefined;
  } catch (cause) {
    if (!(cause instanceof SimulationFailed)) throw cause;
    return cause.fault;
  }
};

/** A simulation by its seed. */
type BySeed = (seed: number) => Simulation;

/** The fault of a run, if the run without the mutant has none, or another: a simulator that fails anyway finds no mutant. */
const faultBeyond = async (simulationOf: BySeed, seed: number, real?: BySeed): Promise<string | undefined> => {
  const fault = await faultIn(simulationOf(seed));
  return fault !== undefined && real && (await faultIn(real(seed))) === fault ? undefined : fault;
};

/** Runs one seed after the other, from the first, until a fault is found; undefined where so many runs find none. */
export const runsUntilFound = async (simulationOf: BySeed, most: number, real?: BySeed): Promise<Found | undefined> => {
  for (let seed = 1; seed <= most; seed++) {
    // The test runner's own messages are handled in between.
    if (seed % 50 === 0) await otherWork();
    const fault = await faultBeyond(simulationOf, seed, real);
    if (fault !== undefined) return { runs: seed, seed, fault };
  }
  return undefined;
};

/**
 * Looks for a mutant: first in the run of the seed that is recorded for it, then in the runs of all seeds. A change of the engine may give a seed another
 * run, in which the mutant does not show: then the search takes longer, and finds it elsewhere. `real` is the simulation without the mutant.
 */
export const foundFrom = async (
  recorded: number | undefined,
  simulationOf: BySeed,
  most: number,
  real?: BySeed,
): Promise<Found | undefined> => {
  const fault = recorded !== undefined && recorded <= most ? await faultBeyond(simulationOf, recorded, real) : undefined;
  return fault === undefined ? runsUntilFound(simulationOf, most, real) : { runs: 1, seed: recorded!, fault };
};

/** The same for one that has its seed in the list of all. */
export const findMutant = (name: string, simulationOf: BySeed, most: number, real?: BySeed): Promise<Found | undefined> =>
  foundFrom(findingSeeds[name], simulationOf, most, real);

/** True of a search that was so long that its seed is to be recorded. */
export const isLong = (found: Found | undefined): found is Found => found !== undefined && found.runs >= 10;
