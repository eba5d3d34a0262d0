import type { Manifest } from '../../lib/core/manifest.ts';
import type { Simulation } from '../../lib/testing/simulator.ts';
import { accountWorkload, carelessReleases, moneyIsConserved, twoReleases } from './accounts.ts';
import { type DeliveryMutant, simulated } from './mutants/tampers.ts';

/**
 * Accounts with every kind of view. In eight runs of nine a view is rebuilt meanwhile, in three of ten a history is imported, and in one of four the
 * roll-out was badly prepared.
 */
export const accountsWith = (seed: number, mutant: DeliveryMutant = {}): Simulation => ({
  ...(seed % 4 === 0 ? carelessReleases : twoReleases),
  seed,
  workload: accountWorkload,
  invariants: [moneyIsConserved],
  share: { rebuilds: 8 / 9, imports: 0.3 },
  ...simulated(mutant),
});

const gathered = (manifest: Manifest): Manifest => ({
  ...manifest,
  projections: manifest.projections.map((projection) => ({ ...projection, gatherSeconds: 10 })),
});

/** More of the same, with views that gather commits: their batches are larger and later. */
export const gatheringAccounts = (seed: number, mutant: DeliveryMutant = {}): Simulation => ({
  ...accountsWith(seed, mutant),
  manifest: gathered(twoReleases.manifest),
  next: gathered(twoReleases.next),
  crowd: { commands: 60, within: 2_500 },
});

const grouped = (manifest: Manifest): Manifest => {
  const [first = '', ...others] = new Set(manifest.projections.map(({ name }) => name));
  return { ...manifest, groups: { all: { views: [first, ...others] } } };
};

/** The same with views that share one queue and one function. */
export const groupedAccounts = (seed: number, mutant: DeliveryMutant = {}): Simulation => {
  const { manifest, next, ...rest } = accountsWith(seed, mutant);
  return { ...rest, manifest: grouped(manifest), ...(next && { next: grouped(next) }) };
};
