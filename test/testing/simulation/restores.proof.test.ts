import { describe, expect, it } from 'vitest';
import type { LoggedCommit } from '../../../lib/core/event-log.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import type { AnyProjection, List } from '../../../lib/core/projection.ts';
import { eventLog } from '../../../lib/index.ts';
import { type Simulation, simulate, type Tamper } from '../../../lib/testing/simulator.ts';
import { accountsWith } from '../../simulation/domain.ts';
import { runMutants } from '../../simulation/mutants/runs.ts';
import { processesWith } from '../../simulation/processes.ts';
import { runsUntilFound } from '../../simulation/search.ts';

const share = { rebuilds: 0, imports: 0, restores: 1 };
const accounts = (seed: number): Simulation => ({ ...accountsWith(seed), share });
const processes = (seed: number): Simulation => ({ ...processesWith(seed), share });
const logged = (manifest: Manifest): Manifest => {
  const log = eventLog(manifest.aggregates, { may: ['operator'] });
  // No two commands have the same correlation here: runs are of commits with the same type.
  const runs: List<LoggedCommit> = { by: ({ events }) => events[0]?.type, sort: ({ at }) => at, runs: true };
  return { ...manifest, projections: [{ ...log, lists: { ...log.lists, 'by-type': runs } } as unknown as AnyProjection] };
};
const logs = (seed: number): Simulation => {
  const { manifest, next, ...rest } = accountsWith(seed);
  return { ...rest, manifest: logged(manifest), next: logged(next!), invariants: [], share: { ...share, rebuilds: 0.5 } };
};

describe('a simulation in which the tables are restored, each to another moment', () => {
  it.each([
    ['accounts, with every kind of view', accounts],
    ['processes, which end every instance', processes],
    ['a log, whose rows are its cursors', logs],
  ])('keeps every promise with what is left: %s', async (_, of) => {
    const totals: Record<string, number> = {};
    for (let seed = 60_000; seed < 60_030; seed++)
      for (const [name, count] of Object.entries(await simulate(of(seed)))) totals[name] = (totals[name] ?? 0) + count;
    expect(totals.restores).toBe(30);
    expect(totals['commits lost']).toBeGreaterThan(100);
  });

  it.each<[string, (seed: number) => Simulation]>([
    ['accounts', accounts],
    ['processes', processes],
    ['a log', logs],
  ])('notices when nothing is reset: %s', async (_, of) => {
    const nothing: Tamper = {
      engine: (real) => ({ ...real, resetToRestored: async () => ({ commits: 0, streams: 0, resets: [] }) }),
    };
    expect(await runsUntilFound((seed) => ({ ...of(seed), tamper: nothing }), 20)).toBeDefined();
  });

  it.each(Object.keys(runMutants))('would show: %s', async (mutant) =>
    expect(await runsUntilFound((seed) => ({ ...logs(seed), tamper: runMutants[mutant]! }), 40)).toBeDefined(),
  );
});
