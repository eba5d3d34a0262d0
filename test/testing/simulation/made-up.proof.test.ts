import { describe, expect, it } from 'vitest';
import { simulate } from '../../../lib/testing/simulator.ts';
import { madeUp, madeUpWith } from '../../simulation/made-up/manifest.ts';
import { madeUpMutants } from '../../simulation/made-up/mutants.ts';
import { findMutant } from '../../simulation/search.ts';

describe('a manifest that is made up from a seed', () => {
  it('has what the reference lacks: targets with unique values, two revisions of a view, of several categories', () => {
    const all = Array.from({ length: 100 }, (_, seed) => madeUp(seed).next);
    const how = (has: (manifest: (typeof all)[number]) => boolean) => all.filter(has).length;
    expect(how(({ processes = [] }) => processes.some(({ sends }) => sends.some(({ unique }) => unique)))).toBeGreaterThan(20);
    const isTwice = ({ projections }: (typeof all)[number]) =>
      new Set(projections.map(({ name }) => name)).size < projections.length;
    expect(how(isTwice)).toBeGreaterThan(10);
    for (const kind of ['row-per-stream', 'rows-per-stream', 'shared-rows', 'rows-per-commit'])
      expect(
        how(({ projections }) => projections.some((each) => each.kind === kind && [each.from].flat().length > 1)),
      ).toBeGreaterThan(2);
  });

  it('keeps every promise', async () => {
    const totals: Record<string, number> = {};
    for (let seed = 20_000; seed < 20_050; seed++)
      for (const [name, count] of Object.entries(await simulate(madeUpWith(seed)))) totals[name] = (totals[name] ?? 0) + count;
    expect(totals.commits).toBeGreaterThan(800);
    expect(totals['instances ended']).toBeGreaterThan(5);
  });

  it('is the same again for the same seed', async () => {
    const traceOf = async () => {
      const lines: string[] = [];
      await simulate({ ...madeUpWith(9), trace: (line) => lines.push(line) });
      return lines;
    };
    expect(await traceOf()).toEqual(await traceOf());
  });

  it.each(['a process sends to its targets past their unique values', 'what was released stays reserved'])(
    'notices: %s',
    async (name) => expect(await findMutant(name, (seed) => madeUpWith(seed, madeUpMutants[name]), 200)).toBeDefined(),
  );
});
