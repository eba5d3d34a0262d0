import { describe, expect, it } from 'vitest';
import { simulate } from '../../lib/testing/simulator.ts';
import { accountsWith } from '../simulation/domain.ts';
import { byJournal } from '../simulation/mutants/tampers.ts';
import { runsUntilFound } from '../simulation/search.ts';
import { runs } from '../support/runs.ts';
import { seeds } from '../support/seeds.ts';

/** The number of seeds without a mutant: more than what the mutant takes that is found last, and twice what all others take. In eight of nine of them a view is rebuilt. */
const many = 750;

it('keeps every promise in hundreds of seeded runs of at least 200 port calls each, with a rebuild of a view in most', async () => {
  const began = process.cpuUsage();
  const totals: Record<string, number> = {};
  let least = Number.POSITIVE_INFINITY;
  for await (const seed of seeds(many)) {
    const figures = await simulate(accountsWith(seed));
    least = Math.min(least, figures.calls ?? 0);
    for (const [name, count] of Object.entries(figures)) totals[name] = (totals[name] ?? 0) + count;
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1_000_000;
  // Told, not asserted: no timing decides a test.
  console.log(
    `${runs(many)} runs took ${seconds.toFixed(0)} s of one core, with ${((totals.calls ?? 0) / runs(many)).toFixed(0)} port calls each; the fewest were ${least}.`,
  );
  console.log(
    Object.entries(totals)
      .sort()
      .map(([name, count]) => `${name}: ${count}`)
      .join(', '),
  );
  expect(least).toBeGreaterThanOrEqual(200);
  // Each way that a rebuild can go was gone often.
  for (const what of [
    'rebuilds switched',
    'rebuilds failed',
    'rebuilds cancelled',
    'switched to the first',
    'rebuild-running',
    'rebuilds repaired',
    'rebuilds replayed',
    'streams refolded',
    'spoilt',
    'aged',
    'returns of a view',
    'returns of a revision',
  ])
    expect(totals[what], what).toBeGreaterThan(20);
});

describe('the simulator', () => {
  it('finds nothing in the real code, also where neither records get lost nor a sweep runs', async () => {
    expect(await runsUntilFound((seed) => accountsWith(seed, { alone: true }), 100)).toBeUndefined();
  });

  it('finds nothing in the real code where the journal alone tells of what got lost', async () => {
    expect(await runsUntilFound((seed) => accountsWith(seed, byJournal), 100)).toBeUndefined();
  });
});
