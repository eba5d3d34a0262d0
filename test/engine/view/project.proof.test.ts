import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliver, deliveries, type ViewMutant } from '../../simulation/delivery.ts';
import { runs } from '../../support/runs.ts';

it('brings both kinds of view to what folding gives, however commits are delivered', async () => {
  const total = { batches: 0, given: 0, parked: 0 };
  await fc.assert(
    fc.asyncProperty(deliveries, async (scenario) => {
      const { batches, given, parked } = await deliver(scenario);
      total.batches += batches;
      total.given += given;
      total.parked += parked;
    }),
    { numRuns: runs(40) },
  );
  expect(Object.values(total).every((count) => count > 0)).toBe(true);
});

const enough = 200;

let newest = 1_000;

const mutants: Readonly<Record<string, ViewMutant>> = {
  "the condition of a head's Put": ({ head, putHead }) => ({
    putHead: async (item) => putHead(item, await head(item.key)),
  }),
  "the condition of a row's Put": ({ putRow }) => ({ putRow: (item, before) => putRow({ ...item, commit: newest++ }, before) }),
};

describe('that property', () => {
  it.each(Object.entries(mutants))('notices when it is gone: %s', async (_, mutant) => {
    const property = fc.asyncProperty(deliveries, async (scenario) => void (await deliver(scenario, mutant)));
    const { failed, numRuns } = await fc.check(property, {
      seed: 20_261_121,
      numRuns: enough,
      endOnFailure: true,
    });
    expect(failed && numRuns <= enough).toBe(true);
  });
});
