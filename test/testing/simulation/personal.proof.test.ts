import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { subjectMutants } from '../../simulation/personal/mutants.ts';
import { subjectsWith } from '../../simulation/personal/subjects.ts';
import { findMutant } from '../../simulation/search.ts';
import { seeds } from '../../support/seeds.ts';

describe('personal values, while subjects are erased and everything fails that may fail', () => {
  it('are sealed wherever they are stored, open for those who answer, and never again after an erasure', async () => {
    const totals: Record<string, number> = {};
    for await (const seed of seeds(25))
      for (const [name, count] of Object.entries(await simulate(subjectsWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    for (const happened of [
      'erasures',
      'erased values',
      'opened values',
      'restores',
      'rebuilds switched',
      'refused',
      'values passed on',
      'processes refused',
      'opened for a provider',
      'erased for a provider',
    ])
      expect(totals[happened], happened).toBeGreaterThan(0);
  });

  it.each(Object.entries(subjectMutants))('notice a mistake: %s', async (name, mutant) => {
    expect(await findMutant(name, (seed) => subjectsWith(seed, mutant), 40)).toBeDefined();
  });
});
