import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { runsUntilFound } from '../../simulation/search.ts';
import { movementsWith } from '../../simulation/together/moving.ts';
import { togetherMutants } from '../../simulation/together/mutants.ts';
import { seeds } from '../../support/seeds.ts';

describe('commands that take others along', () => {
  it('keep every promise, whatever fails: all streams or none', async () => {
    const totals: Record<string, number> = {};
    for await (const seed of seeds(60))
      for (const [name, count] of Object.entries(await simulate(movementsWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    for (const outcome of ['committed', 'refused', 'unchanged']) expect(totals[outcome], outcome).toBeGreaterThan(10);
  });

  it.each(Object.entries(togetherMutants))('notice a mistake: %s', async (_, mutant) => {
    expect(await runsUntilFound((seed) => movementsWith(seed, mutant), 60)).toBeDefined();
  });
});
