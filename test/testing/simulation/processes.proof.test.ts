import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { processMutants } from '../../simulation/mutants/process.ts';
import { processesWith } from '../../simulation/processes.ts';
import { findMutant } from '../../simulation/search.ts';

describe('a simulation of processes', () => {
  it('conserves money and stock, and ends every instance', async () => {
    const totals: Record<string, number> = {};
    for (let seed = 20_000; seed < 20_040; seed++)
      for (const [name, count] of Object.entries(await simulate(processesWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    expect(totals['instances ended']).toBeGreaterThan(100);
    // Of deadlines that are still open when their instance rests: the others are never listed.
    expect(totals['one-shots']).toBeGreaterThan(20);
  });

  it('is the same again for the same seed', async () => {
    const traceOf = async () => {
      const lines: string[] = [];
      await simulate({ ...processesWith(8), trace: (line) => lines.push(line) });
      return lines;
    };
    expect(await traceOf()).toEqual(await traceOf());
  });

  it.each([
    'an outcome is recorded before its command is sent',
    'a cancelled deadline still takes effect',
    'what is on the bus is believed, proved or not',
    'no message of its own is routed to the process',
  ])('notices: %s', async (name) =>
    expect(await findMutant(name, (seed) => processesWith(seed, processMutants[name]), 200)).toBeDefined(),
  );
});
