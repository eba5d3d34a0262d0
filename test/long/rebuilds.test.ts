import { describe, expect, it } from 'vitest';
import { SimulationFailed, simulate } from '../../lib/testing/simulator.ts';
import { rebuildsWith, runsUntilFound } from '../simulation/domain.ts';
import { importMutants, rebuildMutants } from '../simulation/mutants/rebuild.ts';
import { machineMutants, repairMutants } from '../simulation/mutants/repair.ts';
import { returnMutants } from '../simulation/mutants/return.ts';
import { processesWith } from '../simulation/processes.ts';
import { runs } from '../support/runs.ts';
import { seeds } from '../support/seeds.ts';

const enough = 2_000;
/** The number of seeds without a mutant: several times what the mutant takes that is found last. */
const many = 4_000;

it('keeps every promise in thousands of seeded runs in which a view is rebuilt', async () => {
  const totals: Record<string, number> = {};
  for await (const seed of seeds(many)) {
    const figures = await simulate(rebuildsWith(seed));
    for (const [name, count] of Object.entries(figures)) totals[name] = (totals[name] ?? 0) + count;
  }
  const told = ['switched', 'failed', 'cancelled', 'audited', 'repaired', 'replayed'].map(
    (state) => `${totals[`rebuilds ${state}`]} ${state}`,
  );
  console.log(`${runs(many)} runs: rebuilds ${told.join(', ')}; ${totals['switched to the first']} rolled back.`);
  // Each way that a rebuild can go was gone often.
  for (const what of ['rebuilds switched', 'rebuilds failed', 'rebuilds cancelled', 'switched to the first', 'rebuild-running'])
    expect(totals[what], what).toBeGreaterThan(100);
  for (const what of [
    'rebuilds repaired',
    'rebuilds replayed',
    'streams refolded',
    'spoilt',
    'aged',
    'returns of a view',
    'returns of a revision',
  ])
    expect(totals[what], what).toBeGreaterThan(100);
});

describe('the simulator', () => {
  it.each(Object.entries({ ...rebuildMutants, ...machineMutants, ...repairMutants, ...returnMutants }))(
    'notices: %s',
    async (name, mutant) => {
      const found = await runsUntilFound(mutant, enough, rebuildsWith);
      console.log(`${String(found?.runs ?? 'never').padStart(6)}  ${name}: ${found?.fault.slice(0, 100)}`);
      expect(found?.runs).toBeLessThanOrEqual(enough);
    },
  );

  it('finds nothing in rebuilds of the real code, also where neither records get lost nor a sweep runs', async () => {
    expect(await runsUntilFound({ alone: true }, 1_000, rebuildsWith)).toBeUndefined();
  });

  const importsUntil = async (tamper: Parameters<typeof processesWith>[1], most: number): Promise<number | undefined> => {
    for (let seed = 1; seed <= most; seed++)
      try {
        // The rules of this domain do not know imported commits either.
        const imports = { share: { rebuilds: 0, imports: 1 }, invariants: [], shrinks: false };
        await simulate({ ...processesWith(seed, tamper), ...imports });
      } catch (cause) {
        if (!(cause instanceof SimulationFailed)) throw cause;
        return seed;
      }
    return undefined;
  };

  it.each(Object.entries(importMutants))(
    'notices: %s',
    async (_, mutant) => expect(await importsUntil(mutant, enough)).toBeLessThanOrEqual(enough),
    300_000,
  );

  it('finds no process that reacts to what was imported', async () => {
    expect(await importsUntil({}, 1_000)).toBeUndefined();
  });
});
