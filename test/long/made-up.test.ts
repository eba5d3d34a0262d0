import { expect, it } from 'vitest';
import { simulate } from '../../lib/testing/simulator.ts';
import { madeUpWith } from '../simulation/made-up/manifest.ts';
import { runs } from '../support/runs.ts';
import { seeds } from '../support/seeds.ts';

/** The number of seeds without a mutant: many times what the mutant takes that is found last (test/simulation/mutants/seeds.ts). */
const many = 310;

it('keeps every promise of hundreds of manifests that are made up from seeds', async () => {
  const began = process.cpuUsage();
  const totals: Record<string, number> = {};
  for await (const seed of seeds(many))
    for (const [name, count] of Object.entries(await simulate(madeUpWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
  const { user, system } = process.cpuUsage(began);
  // Told, not asserted: no timing decides a test.
  console.log(`${runs(many)} made-up manifests took ${((user + system) / 1_000_000).toFixed(0)} s of one core.`);
  // Each of these must occur, or the run has not tested it.
  for (const what of [
    'instances ended',
    'instances stuck',
    'instances parked',
    'instances resolved',
    'last switched',
    'stream-parked',
  ])
    expect(totals[what], what).toBeGreaterThan(0);
});
