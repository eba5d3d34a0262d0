import { describe, expect, it } from 'vitest';
import { manifest as reference } from '../../../domains/index.ts';
import { type SimulationFailed, simulate } from '../../../lib/testing/simulator.ts';
import { accountsInRows, accountsWith, gatheringAccounts, groupedAccounts } from '../../simulation/domain.ts';
import { deliveryMutants } from '../../simulation/mutants/delivery.ts';
import { gatheringMutants, groupMutants } from '../../simulation/mutants/gathering.ts';
import { homeMutants } from '../../simulation/mutants/homes.ts';
import { findMutant } from '../../simulation/search.ts';
import { manifest as parcels } from '../../support/apps/parcel/manifest.ts';

const traceOf = async (seed: number) => {
  const lines: string[] = [];
  const figures = await simulate({ ...accountsWith(seed), trace: (line) => lines.push(line) });
  return { figures, lines };
};

describe('a simulation', () => {
  it('keeps every promise with the reference domain, two releases and every kind of view', async () => {
    for (let seed = 20_000; seed < 20_008; seed++) expect((await simulate(accountsWith(seed))).calls).toBeGreaterThan(100);
  });

  it('is the same again for the same seed, and another for another', async () => {
    const first = await traceOf(7);
    expect(await traceOf(7)).toEqual(first);
    expect((await traceOf(8)).lines).not.toEqual(first.lines);
  });

  it.each([
    ['the reference domain', reference],
    ['a domain of somebody else, with a view that parks', parcels],
  ])('makes up commands from the schemas of %s', async (_, manifest) => {
    let commits = 0;
    for (let seed = 1; seed <= 8; seed++) commits += (await simulate({ manifest, seed })).commits ?? 0;
    expect(commits).toBeGreaterThan(16);
  });

  it("looks at a team's own promises", async () => {
    const invariants = [() => 'there are too many accounts'];
    await expect(simulate({ manifest: reference, seed: 1, invariants, shrinks: false })).rejects.toThrow('too many accounts');
  });
});

it.each([
  'the commits of a batch that holds an order too are not routed to the projection',
  'no order is routed to what carries it out',
])("plays the functions' own routing, and notices: %s", async (mutant) =>
  expect(await findMutant(mutant, (seed) => accountsWith(seed, deliveryMutants[mutant]), 100)).toBeDefined(),
);

describe('views that gather commits', () => {
  it('keep every promise: a large batch is taken as a whole, or given back in part', async () => {
    for (let seed = 1; seed <= 4; seed++) expect((await simulate(gatheringAccounts(seed))).calls).toBeGreaterThan(100);
  });

  it.each(Object.keys(gatheringMutants))('would show: %s', async (mutant) =>
    expect(await findMutant(mutant, (seed) => gatheringAccounts(seed, gatheringMutants[mutant]), 60)).toBeDefined(),
  );
});

describe('views that share a queue', () => {
  it('keep every promise, each for itself', async () => {
    for (let seed = 1; seed <= 6; seed++) expect((await simulate(groupedAccounts(seed))).calls).toBeGreaterThan(100);
  });

  it.each(Object.keys(groupMutants))('would show: %s', async (mutant) =>
    expect(await findMutant(mutant, (seed) => groupedAccounts(seed, groupMutants[mutant]), 100)).toBeDefined(),
  );
});

describe('heads in rows', () => {
  it('keep every promise', async () => {
    for (let seed = 1; seed <= 8; seed++) expect((await simulate(accountsInRows(seed))).calls).toBeGreaterThan(100);
  });

  it.each(Object.keys(homeMutants))('would show: %s', async (mutant) =>
    expect(await findMutant(mutant, (seed) => accountsInRows(seed, homeMutants[mutant]), 100)).toBeDefined(),
  );
});

describe('a failing seed', () => {
  const failure = async (mutant: keyof typeof deliveryMutants): Promise<SimulationFailed> => {
    for (let seed = 1; ; seed++)
      try {
        await simulate({ ...accountsWith(seed, deliveryMutants[mutant]), share: { rebuilds: 0 } });
      } catch (cause) {
        return cause as SimulationFailed;
      }
  };

  it('shows a short trace of as little as breaks the promise', async () => {
    const cause = await failure('a pointer is taken for an empty commit');
    expect(cause.message).toMatch(/^Seed \d+: .*\n {2}it takes \d+ commands and these faults: /);
    expect(cause.message.split('\n').length).toBeLessThan(200);
    expect(cause.message).toContain('BROKEN: ');
  });
});
