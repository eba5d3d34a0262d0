import { describe, expect, it } from 'vitest';
import type { Simulation } from '../../lib/testing/simulator.ts';
import { accountsWith } from '../simulation/domain.ts';
import { paymentsWith } from '../simulation/effects.ts';
import { madeUpWith } from '../simulation/made-up/manifest.ts';
import { madeUpMutants } from '../simulation/made-up/mutants.ts';
import { deliveryMutants } from '../simulation/mutants/delivery.ts';
import { effectMutants } from '../simulation/mutants/effect.ts';
import { processMutants } from '../simulation/mutants/process.ts';
import { importMutants, rebuildMutants } from '../simulation/mutants/rebuild.ts';
import { machineMutants, repairMutants } from '../simulation/mutants/repair.ts';
import { returnMutants } from '../simulation/mutants/return.ts';
import { findingSeeds } from '../simulation/mutants/seeds.ts';
import { subjectMutants } from '../simulation/personal/mutants.ts';
import { importsWith, processesWith } from '../simulation/processes.ts';
import { findMutant, isLong, runsUntilFound } from '../simulation/search.ts';
import { tagMutants } from '../simulation/tags/mutants.ts';

/** A mutant that so many runs do not find counts as not found. */
const enough = 2_500;

/** `simulationOf` without a mutant is the real code, which must not fail in the same way. */
const noticed = async <M>(name: string, simulationOf: (seed: number, mutant?: M) => Simulation, mutant: M): Promise<void> => {
  const real = (seed: number) => simulationOf(seed);
  const found = await findMutant(name, (seed) => simulationOf(seed, mutant), enough, real);
  console.log(
    `${String(found?.runs ?? 'never').padStart(6)} runs, seed ${found?.seed ?? '-'}  ${name}: ${found?.fault.slice(0, 120)}`,
  );
  if (isLong(found)) console.log(`       To be recorded in test/simulation/mutants/seeds.ts: '${name}': ${found.seed},`);
  expect(found).toBeDefined();
};

const mutantsOfViews = { ...deliveryMutants, ...rebuildMutants, ...machineMutants, ...repairMutants, ...returnMutants };

describe('the simulator', () => {
  it.each([
    ['delivery', deliveryMutants, 18],
    ['processes', processMutants, 12],
  ])('is shown enough mutants of %s', (_, mutants, least) => expect(Object.keys(mutants).length).toBeGreaterThanOrEqual(least));

  it('has no seed recorded for a mutant that does not exist', () => {
    const others = { ...importMutants, ...madeUpMutants, ...effectMutants, ...subjectMutants, ...tagMutants };
    const all = { ...mutantsOfViews, ...processMutants, ...others };
    expect(Object.keys(findingSeeds).filter((name) => !(name in all))).toEqual([]);
  });

  it('finds no mutant by a run that fails without it too', async () => {
    const failing = (seed: number): Simulation => ({
      ...processesWith(seed),
      invariants: [() => 'It always fails.'],
    });
    expect(await runsUntilFound(failing, 1, failing)).toBeUndefined();
    expect(await runsUntilFound(failing, 1, processesWith)).toMatchObject({ seed: 1 });
  });

  it.each(Object.entries(mutantsOfViews))('notices by accounts: %s', (name, mutant) => noticed(name, accountsWith, mutant));

  it.each(Object.entries(processMutants))('notices by processes: %s', (name, mutant) => noticed(name, processesWith, mutant));

  it.each(Object.entries(importMutants))('notices by imports: %s', (name, mutant) => noticed(name, importsWith, mutant));

  it.each(Object.entries(effectMutants))('notices by payments: %s', (name, mutant) => noticed(name, paymentsWith, mutant));

  it.each(Object.entries(madeUpMutants))('notices by made-up manifests, and not by the reference: %s', async (name, mutant) => {
    await noticed(name, madeUpWith, mutant);
    for (const reference of [accountsWith, processesWith])
      expect(await runsUntilFound((seed) => reference(seed, mutant), 12)).toBeUndefined();
  });
});
