import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { findMutant } from '../../simulation/search.ts';
import { enrolmentsWith, racersWith } from '../../simulation/tags/enrolling.ts';
import { tagMutants } from '../../simulation/tags/mutants.ts';
import { runs } from '../../support/runs.ts';
import { seeds } from '../../support/seeds.ts';

const many = 60;

const totalsOf = async (some: number, simulationOf: typeof racersWith) => {
  const totals: Record<string, number> = {};
  for await (const seed of seeds(some))
    for (const [name, count] of Object.entries(await simulate(simulationOf(seed)))) totals[name] = (totals[name] ?? 0) + count;
  return totals;
};

describe('boundaries by tag', () => {
  it('keep every promise, whatever fails', async () => {
    const totals = await totalsOf(many, enrolmentsWith);
    for (const outcome of ['committed', 'refused', 'unchanged', 'stale']) expect(totals[outcome], outcome).toBeGreaterThan(10);
  });

  it('let exactly five of thirty-two racers in', async () => {
    const totals = await totalsOf(many, racersWith);
    // Most are turned away: in nearly every run somebody is told that the course is full, so that exactly five must be in.
    expect(totals.refused).toBeGreaterThan(20 * runs(many));
  });

  it.each(Object.entries(tagMutants))('notice a mistake: %s', async (name, mutant) => {
    expect(await findMutant(name, (seed) => enrolmentsWith(seed, mutant), 400)).toBeDefined();
  });
});
