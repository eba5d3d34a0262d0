import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mutant, simulate } from '../../simulation/bank.ts';
import { mutants } from '../../simulation/mutants/decisions.ts';
import { scenarios } from '../../simulation/scenario.ts';
import { runs } from '../../support/runs.ts';

/** The same scenarios for each mutant and in each run; in each of 24 seeds at most one mutant took over 300. */
const seed = 10;
const enough = 300;

/** The number of scenarios until a promise is broken, or undefined. */
const scenariosUntilFound = async (mutant: Mutant, numRuns: number) => {
  const property = fc.asyncProperty(scenarios, async (scenario) => void (await simulate(scenario, mutant)));
  const found = await fc.check(property, { seed, numRuns, endOnFailure: true });
  return found.failed ? found.numRuns : undefined;
};

describe('the property of the store', () => {
  it.each(Object.entries(mutants))('notices when it is gone: %s', async (_, mutant) => {
    expect(await scenariosUntilFound(mutant, enough)).toBeLessThanOrEqual(enough);
  });

  it('finds nothing in the same scenarios when nothing is gone', async () => {
    expect(await scenariosUntilFound({}, runs(60))).toBeUndefined();
  });
});
