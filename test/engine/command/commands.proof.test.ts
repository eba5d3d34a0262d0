import fc from 'fast-check';
import { expect, it } from 'vitest';
import { simulate } from '../../simulation/bank.ts';
import { scenarios } from '../../simulation/scenario.ts';
import { runs } from '../../support/runs.ts';

it('keeps every promise of the store, with several instances, caches, crashes and a faulty network', async () => {
  const total: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      for (const [name, count] of Object.entries(await simulate(scenario))) total[name] = (total[name] ?? 0) + count;
    }),
    { numRuns: runs(80) },
  );
  // Each outcome must occur, or the property says nothing about it.
  for (const name of [
    'committed',
    'refused',
    'unchanged',
    'stale',
    'forbidden',
    'repeats',
    'id-reused',
    'eventless',
    'lost',
    'snapshots',
    'ignored',
  ])
    expect(total[name], name).toBeGreaterThan(0);
});
