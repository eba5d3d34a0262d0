import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { scheduleMutants } from '../../simulation/mutants/schedule.ts';
import { schedulesWith } from '../../simulation/schedules.ts';
import { findMutant } from '../../simulation/search.ts';

describe('a simulation of schedules', () => {
  it('sends the command of each time once to each target, catches up as declared, and nothing of before `since`', async () => {
    const totals: Record<string, number> = {};
    for (let seed = 1; seed <= 40; seed++)
      for (const [name, count] of Object.entries(await simulate(schedulesWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    // Otherwise it has shown nothing.
    for (const name of ['every', 'all', 'latest', 'none']) expect(totals[`sent by ${name}`]).toBeGreaterThan(100);
    for (const what of ['triggers lost', 'overdue times', 'restores', 'reset all']) expect(totals[what]).toBeGreaterThan(0);
  });

  it.each(Object.entries(scheduleMutants))('notices: %s', async (name, mutant) =>
    expect(await findMutant(name, (seed) => schedulesWith(seed, mutant), 60)).toBeDefined(),
  );
});
