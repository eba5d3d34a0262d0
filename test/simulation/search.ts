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

/** Runs one seed after the other, from the first, until a fault is found; undefined where so many runs find none. */
export const runsUntilFound = async (simulationOf: (seed: number) => Simulation, most: number): Promise<Found | undefined> => {
  for (let seed = 1; seed <= most; seed++) {
    // The test runner's own messages are handled in between.
    if (seed % 50 === 0) await otherWork();
    const fault = await faultIn(simulationOf(seed));
    if (fault !== undefined) return { runs: seed, seed, fault };
  }
  return undefined;
};

/**
 * Looks for a mutant: first in the run of the seed that is recorded for it, then in the runs of all seeds. A change of the engine may give a seed another
 * run, in which the mutant does not show: then the search takes longer, and finds it elsewhere.
 */
export const findMutant = async (
  name: string,
  simulationOf: (seed: number) => Simulation,
  most: number,
): Promise<Found | undefined> => {
  const recorded = findingSeeds[name];
  const fault = recorded !== undefined && recorded <= most ? await faultIn(simulationOf(recorded)) : undefined;
  return fault === undefined ? runsUntilFound(simulationOf, most) : { runs: 1, seed: recorded!, fault };
};
