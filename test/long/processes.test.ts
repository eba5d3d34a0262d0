import { describe, expect, it } from 'vitest';
import { simulate } from '../../lib/testing/simulator.ts';
import { importsWith, processesWith } from '../simulation/processes.ts';
import { runsUntilFound } from '../simulation/search.ts';
import { runs } from '../support/runs.ts';
import { seeds } from '../support/seeds.ts';

/** The number of seeds without a mutant: half as many again, and more, as the mutant takes that is found last (test/simulation/mutants/seeds.ts). */
const many = 400;

it('conserves money and stock, and ends every instance, in hundreds of seeded runs of transfers and orders', async () => {
  const began = process.cpuUsage();
  const totals: Record<string, number> = {};
  for await (const seed of seeds(many)) {
    for (const [name, count] of Object.entries(await simulate(processesWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1_000_000;
  const instances = Object.entries(totals).filter(([name]) => name.startsWith('instances '));
  console.log(
    // Told, not asserted: no timing decides a test.
    `${runs(many)} runs took ${seconds.toFixed(0)} s of one core, with ${Math.round((totals.calls ?? 0) / runs(many))} port calls each; ${instances
      .map(([name, count]) => `${name.slice('instances '.length)}: ${count}`)
      .join(', ')}.`,
  );
  // Each of these must occur, or the run has not tested it.
  for (const status of ['ended', 'stuck', 'parked', 'resolved']) expect(totals[`instances ${status}`], status).toBeGreaterThan(0);
});

describe('the simulator', () => {
  it('finds nothing in the real code, also where neither records get lost nor a sweep looks for them', async () => {
    expect(await runsUntilFound((seed) => processesWith(seed, { alone: true }), 100)).toBeUndefined();
  });

  it('finds no process that reacts to what was imported', async () => {
    expect(await runsUntilFound(importsWith, 110)).toBeUndefined();
  });
});
