import { type Simulation, SimulationFailed, simulate } from '../../lib/testing/simulator.ts';
import { accountWorkload, carelessReleases, moneyIsConserved, twoReleases } from './accounts.ts';
import { type DeliveryMutant, simulated } from './mutants/delivery.ts';

/** One run in four has a roll-out that was badly prepared. */
export const accountsWith = (seed: number): Simulation => ({
  ...(seed % 4 === 0 ? carelessReleases : twoReleases),
  seed,
  workload: accountWorkload,
  invariants: [moneyIsConserved],
  share: { imports: 0.1 },
});

/** The number of runs until a mutant is noticed, and the check that notices it; undefined if none of so many does. */
export const runsUntilFound = async (mutant: DeliveryMutant, most: number, runOf = accountsWith) => {
  for (let seed = 1; seed <= most; seed++) {
    // Lets the test runner's own messages in.
    if (seed % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    try {
      await simulate({ ...runOf(seed), ...simulated(mutant), shrinks: false });
    } catch (cause) {
      if (!(cause instanceof SimulationFailed)) throw cause;
      return { runs: seed, fault: cause.fault };
    }
  }
  return undefined;
};

/** Runs in each of which a view is rebuilt, and in some a history is imported. */
export const rebuildsWith = (seed: number): Simulation => ({ ...accountsWith(seed), share: { rebuilds: 1, imports: 0.3 } });
