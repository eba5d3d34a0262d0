import { describe, expect, it } from 'vitest';
import { checkVerb } from '../../../lib/cli/history/check.ts';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyDecider } from '../../../lib/core/decider.ts';
import type { Manifest } from '../../../lib/core/manifest.ts';
import { parseStream } from '../../../lib/core/stream.ts';
import { type AtRest, type Simulation, simulate, type Workload } from '../../../lib/testing/simulator.ts';
import { madeUpWith } from '../../simulation/made-up/manifest.ts';
import { processesWith } from '../../simulation/processes.ts';
import { memoryTable } from '../../support/examples/commanding.ts';
import { member } from '../../support/examples/member.ts';
import { exported, importing, linesIn, scratchFolder, verified } from '../../support/exporting.ts';
import { runs } from '../../support/runs.ts';

const scratch = scratchFolder('moved');
const day = 24 * 3_600_000;
const olga = { id: 'olga', kind: 'user', roles: ['operator'] } as const;

const withMembers = (manifest: Manifest): Manifest => ({
  ...manifest,
  aggregates: [...manifest.aggregates, member as unknown as AnyDecider],
});

/** The simulation of processes, with members beside: of the reference's aggregates none has unique values. */
const withTheReference = (seed: number): Simulation & { next: Manifest } => {
  const { manifest, next = manifest, workload, ...simulation } = processesWith(seed);
  const usual = workload as Workload;
  const workloadWithMembers: Workload = (dice, n) => {
    // The first commands set up the accounts and stocks that the others need.
    if (n < 9 || !dice.chance(0.4)) return usual(dice, n);
    const [id, mail] = [dice.pick(['1', '2']), dice.pick(['ada@example.test', 'bob@example.test'])];
    const asked = dice.chance(0.3) ? { type: 'Leave', data: {} } : { type: 'ChangeMail', data: { mail } };
    return { category: 'member', id, actor: olga, ...asked };
  };
  return {
    ...simulation,
    manifest: withMembers(manifest),
    next: withMembers(next),
    workload: workloadWithMembers,
    share: { imports: 0.5, rebuilds: 0 },
  };
};

/** A manifest made up from the seed: its processes send commands that decide to do nothing, which those of the reference hardly ever do. */
const withMadeUp = (seed: number): Simulation & { next: Manifest } => {
  const simulation = madeUpWith(seed);
  return { ...simulation, next: simulation.next ?? simulation.manifest };
};

const historyOf = async (simulation: Simulation): Promise<readonly Commit[]> => {
  const commits: Commit[] = [];
  const keep = ({ streams }: AtRest) => {
    commits.push(...[...streams.values()].flat());
    return undefined;
  };
  await simulate({ ...simulation, invariants: [keep] });
  return commits;
};

/** Every kind of commit that the engine makes, by what tells it. */
const kinds: Readonly<Record<string, (commit: Commit) => boolean>> = {
  'with events': ({ events }) => events.length > 0,
  'under a key': ({ command, digest }) => command.startsWith('http/') && digest !== undefined,
  'without a key': ({ command }) => command.startsWith('request/'),
  refused: ({ events, refused }) => events.length === 0 && refused !== undefined,
  'refused with a detail': ({ refused }) => refused?.detail !== undefined,
  'a command that changed nothing': ({ events, refused }) => events.length === 0 && refused === undefined,
  'with siblings': ({ siblings }) => siblings !== undefined,
  'a reservation': ({ stream }) => parseStream(stream)?.category === 'unique',
  "a process's step": ({ stream }) => parseStream(stream)?.category.endsWith('Process') ?? false,
  imported: ({ imported }) => imported !== undefined,
  'a first one': ({ prev }) => prev === undefined,
};

describe('a history that the simulator made', () => {
  it('is byte for byte the same after an export and an import into an empty store, for all kinds of commits', async () => {
    const counts = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]));
    const seeds = Array.from({ length: runs(20) }, (_, i) => 40_000 + i);
    for (const seed of seeds) {
      const isReference = seed % 2 === 0;
      const simulation = isReference ? withTheReference(seed) : withMadeUp(seed);
      const history = await historyOf(simulation);
      for (const [kind, is] of Object.entries(kinds)) counts[kind]! += history.filter(is).length;
      const [from, to] = [memoryTable(), memoryTable()];
      from.store.restore(history);
      // Clocks of the simulation were hours ahead.
      to.clock.advance(day);
      const folder = await exported(from, scratch);
      expect(await importing(to, folder, simulation.next), `seed ${seed}`).toEqual({
        ok: true,
        said: [`${history.length} commits written, 0 there already, 0 refused.`],
      });
      expect(await linesIn(await exported(to, scratch)), `seed ${seed}`).toEqual(await linesIn(folder));
      await verified(to);
      // Views that are made up park streams on purpose, which the check reports.
      if (isReference)
        expect(await checkVerb({ manifest: simulation.next, against: folder }), `seed ${seed}`).toMatchObject({ ok: true });
    }
    // A kind that never occurs is a kind that nothing was shown of.
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
  });
});
