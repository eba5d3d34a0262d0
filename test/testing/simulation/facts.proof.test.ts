import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { factMutants } from '../../simulation/facts/mutants.ts';
import { orderingWith } from '../../simulation/facts/ordering.ts';
import { runsUntilFound } from '../../simulation/search.ts';
import { seeds } from '../../support/seeds.ts';

describe('guarded facts', () => {
  it('have not changed when an order is stored at their prices, whatever fails', async () => {
    const totals: Record<string, number> = {};
    for await (const seed of seeds(60))
      for (const [name, count] of Object.entries(await simulate(orderingWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    for (const outcome of ['committed', 'refused', 'stale']) expect(totals[outcome], outcome).toBeGreaterThan(10);
  });

  it.each(Object.entries(factMutants))('notice a mistake: %s', async (_, mutant) => {
    expect(await runsUntilFound((seed) => orderingWith(seed, mutant), 60)).toBeDefined();
  });
});
