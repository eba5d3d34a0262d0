import { describe, expect, it } from 'vitest';
import { simulate } from '../../lib/testing/simulator.ts';
import { accountsWith, runsUntilFound } from '../simulation/domain.ts';
import { deliveryMutants } from '../simulation/mutants/delivery.ts';
import { runs } from '../support/runs.ts';
import { seeds } from '../support/seeds.ts';

const enough = 2_000;
/** The number of seeds without a mutant: several times what the mutant takes that is found last. */
const many = 3_000;

it('keeps every promise in thousands of seeded runs of at least 200 port calls each', async () => {
  const began = process.cpuUsage();
  let [least, calls] = [Number.POSITIVE_INFINITY, 0];
  for await (const seed of seeds(many)) {
    const figures = await simulate(accountsWith(seed));
    least = Math.min(least, figures.calls ?? 0);
    calls += figures.calls ?? 0;
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1_000_000;
  console.log(
    // Told, not asserted: no timing decides a test.
    `${runs(many)} runs took ${seconds.toFixed(0)} s of one core, with ${(calls / runs(many)).toFixed(0)} port calls each; the fewest were ${least}.`,
  );
  expect(least).toBeGreaterThanOrEqual(200);
});

describe('the simulator', () => {
  it('is shown at least 18 mutants', () => expect(Object.keys(deliveryMutants).length).toBeGreaterThanOrEqual(18));

  it.each(Object.entries(deliveryMutants))('notices: %s', async (name, mutant) => {
    const found = await runsUntilFound(mutant, enough);
    console.log(`${String(found?.runs ?? 'never').padStart(6)}  ${name}: ${found?.fault.slice(0, 100)}`);
    expect(found?.runs).toBeLessThanOrEqual(enough);
  });

  it('finds nothing in the real code, also where neither records get lost nor a sweep runs', async () => {
    expect(await runsUntilFound({ alone: true }, 1_000)).toBeUndefined();
  });
});
