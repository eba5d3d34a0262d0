import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { accountsWith } from '../../simulation/domain.ts';
import { rebuildMutants } from '../../simulation/mutants/rebuild.ts';
import { machineMutants, repairMutants } from '../../simulation/mutants/repair.ts';
import { findMutant } from '../../simulation/search.ts';

const mutants = { ...rebuildMutants, ...machineMutants, ...repairMutants };

const traceOf = async (seed: number) => {
  const lines: string[] = [];
  const figures = await simulate({ ...accountsWith(seed), trace: (line) => lines.push(line) });
  return { figures, lines };
};

describe('a simulation in which a view is rebuilt', () => {
  it('keeps every promise, and switches, fails, is cancelled and is rolled back', async () => {
    const totals: Record<string, number> = {};
    for (let seed = 30_000; seed < 30_040; seed++)
      for (const [name, count] of Object.entries(await simulate(accountsWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    for (const what of ['rebuilds switched', 'rebuilds failed', 'rebuilds cancelled', 'switched to the first', 'walked pages'])
      expect(totals[what], what).toBeGreaterThan(0);
  });

  it('is the same again for the same seed', async () => {
    const first = await traceOf(7);
    expect(await traceOf(7)).toEqual(first);
  });

  it.each([
    'a switch without verify, and notes that are not drained',
    'a reader is answered by the newest revision',
    'what was noted is drained without the wait',
    "the first revision's function works for all",
    'a repair leaves totals as they are',
    'a refold is reported and not carried out',
  ])('notices: %s', async (name) =>
    expect(await findMutant(name, (seed) => accountsWith(seed, mutants[name]), 200)).toBeDefined(),
  );
});
