import { describe, expect, it } from 'vitest';
import { simulate } from '../../lib/testing/index.ts';
import { processMutants } from '../simulation/process-mutants.ts';
import { processesWith, processRunsUntilFound } from '../simulation/processes.ts';

const enough = 2_000;

it('conserves money and stock, and ends every instance, in 10,000 seeded runs of transfers and orders', async () => {
  const began = process.cpuUsage();
  const totals: Record<string, number> = {};
  for (let seed = 1; seed <= 10_000; seed++) {
    for (const [name, count] of Object.entries(await simulate(processesWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    if (seed % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1_000_000;
  const instances = Object.entries(totals).filter(([name]) => name.startsWith('instances '));
  console.log(
    // Told, not asserted: no timing decides a test.
    `10,000 runs took ${seconds.toFixed(0)} s of one core, with ${Math.round((totals.calls ?? 0) / 10_000)} port calls each; ${instances
      .map(([name, count]) => `${name.slice('instances '.length)}: ${count}`)
      .join(', ')}.`,
  );
  // What is not there was not shown.
  for (const status of ['ended', 'stuck', 'parked', 'resolved']) expect(totals[`instances ${status}`]).toBeGreaterThan(50);
});

describe('the simulator', () => {
  it('is shown at least 12 mutants of processes', () => expect(Object.keys(processMutants).length).toBeGreaterThanOrEqual(12));

  it.each(Object.entries(processMutants))(
    'notices: %s',
    async (name, mutant) => {
      const found = await processRunsUntilFound(mutant, enough);
      console.log(`${String(found?.runs ?? 'never').padStart(6)}  ${name}: ${found?.fault.slice(0, 140)}`);
      expect(found?.runs).toBeLessThanOrEqual(enough);
    },
    300_000,
  );

  it('finds nothing in the real code, also where neither records get lost nor a sweep looks for them', async () => {
    expect(await processRunsUntilFound({ alone: true }, enough)).toBeUndefined();
  });
});
