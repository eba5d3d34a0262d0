import type { Manifest } from '../../lib/core/manifest.ts';
import type { AnyProjection } from '../../lib/core/projection.ts';
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

type Own = Readonly<{ owner?: string; balance: number; closed?: true }>;

const inRows = (manifest: Manifest): Manifest => ({
  ...manifest,
  projections: manifest.projections.flatMap((projection) => {
    if (projection.name !== 'account-bands') return projection.name === 'account-balance' ? [projection] : [];
    const shares = ({ owner, balance, closed }: Own) =>
      owner === undefined ? {} : { [closed ? 'closed' : `of-${owner}`]: { sums: { balance }, counts: { accounts: 1 } } };
    return [{ ...projection, headsInRows: true, shares } as unknown as AnyProjection];
  }),
});

/** The same with rows that few streams contribute to, whose heads are in them until they leave for another row. */
export const accountsInRows = (seed: number, mutant: DeliveryMutant = {}): Simulation => {
  const { manifest, next, ...rest } = accountsWith(seed, mutant);
  return { ...rest, manifest: inRows(manifest), ...(next && { next: inRows(next) }) };
};
