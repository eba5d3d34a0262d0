import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { accountsWith } from '../../simulation/domain.ts';
import { returnMutants } from '../../simulation/mutants/return.ts';
import { findMutant } from '../../simulation/search.ts';

describe('a simulation in which a view is removed and comes back under the same names', () => {
  it('takes nothing for built that came back with an empty table', async () => {
    const totals: Record<string, number> = {};
    for (let seed = 40_000; seed < 40_040; seed++)
      for (const [name, count] of Object.entries(await simulate(accountsWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    for (const what of ['view', 'revision']) expect(totals[`returns of a ${what}`], what).toBeGreaterThan(0);
  });

  it.each(Object.entries(returnMutants))('notices: %s', async (name, mutant) =>
    expect((await findMutant(name, (seed) => accountsWith(seed, mutant), 200))?.fault).toMatch(/never active|empty table/),
  );
});
