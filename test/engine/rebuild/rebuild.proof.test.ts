import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { Rebuild } from '../../../lib/engine/rebuild/ports.ts';
import { kindOf } from '../../../lib/engine/view/kinds/index.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { bagOf } from '../../support/examples/bag.ts';
import {
  append,
  deliver,
  faultsOf,
  kinds,
  type Rebuilding,
  rebuild,
  rebuildingOf,
  type ScanOrder,
} from '../../support/examples/rebuilding.ts';
import { runs } from '../../support/runs.ts';

const event = fc.oneof(
  { weight: 14, arbitrary: fc.nat(9) },
  { weight: 4, arbitrary: fc.constantFrom('Emptied' as const, 'Weighed' as const) },
);

type Scenario = Readonly<{
  seed: number;
  kind: number;
  order: ScanOrder;
  rough: boolean;
  small: boolean;
  pageCommits: number;
  streams: readonly (readonly (readonly (number | 'Emptied' | 'Weighed')[])[])[];
  /** The part of each stream that is there before; the rest is appended meanwhile. */
  before: number;
}>;

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  kind: fc.nat(kinds.length - 1),
  order: fc.constantFrom<ScanOrder[]>('numbers', 'texts', 'any'),
  rough: fc.boolean(),
  small: fc.boolean(),
  pageCommits: fc.integer({ min: 1, max: 12 }),
  streams: fc.array(fc.array(fc.array(event, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 14, size: 'max' }), {
    minLength: 1,
    maxLength: 5,
  }),
  before: fc.integer({ min: 0, max: 14 }),
});

const isHandled = ({ events }: Commit) => events.some(({ type }) => type !== 'Weighed');

/** Commits come, and are delivered in some order to two instances, while a rebuild goes on. */
const rebuildUnderWrites = async (scenario: Scenario, spoil: (rebuilding: Rebuilding) => void = () => {}) => {
  const { seed, kind, order, rough, small, pageCommits, streams, before } = scenario;
  const odds = rough ? { before: 0.03, after: 0.03 } : { before: 1e-9, after: 0 };
  const rebuilding = rebuildingOf({ projection: kinds[kind]!, order, seed, odds, pageCommits, small });
  spoil(rebuilding);
  const { random, clock } = rebuilding;
  // Let the awaited calls finish before the time passes.
  const { wait } = clock;
  Object.assign(clock, {
    wait: async (milliseconds: number) => {
      for (let turns = 0; turns < 200; turns++) await null;
      await wait(milliseconds);
    },
  });
  const histories = streams.map((events, i) => bagOf(`b${i}`, events));
  await append(
    rebuilding,
    histories.flatMap((commits) => commits.slice(0, before)),
  );
  const waiting = histories.map((commits) => commits.slice(before));
  // Some of the commits are not delivered yet when the rebuild begins.
  const undelivered: Commit[] = histories.flatMap((commits) => commits.slice(Math.max(0, before - 2), before)).filter(isHandled);
  const instances = [rebuilding.instance(), rebuilding.instance()];
  let over = false;
  let running: Promise<void> | undefined;
  const turn = async () => {
    const next = waiting[Math.floor(random() * waiting.length)]?.shift();
    if (next) {
      await rebuilding.store.append(next);
      if (isHandled(next)) undelivered.push(next);
    }
    const batch = undelivered.splice(Math.floor(random() * undelivered.length), 1 + Math.floor(random() * 3));
    if (batch.length === 0) return;
    const failed = await deliver(instances[Math.floor(random() * instances.length)]!, batch);
    undelivered.push(...failed.map((i) => batch[Number(i)]!), ...(random() < 0.2 ? batch.slice(0, 1) : []));
  };
  const live = (async () => {
    while (!over || undelivered.length > 0 || waiting.some(({ length }) => length > 0)) {
      running = turn();
      await running;
      for (let turns = Math.floor(random() * 30); turns > 0; turns--) await null;
    }
  })();
  // A function's timeout later, what took the revision for being built is over.
  const result: Rebuild = await rebuild(rebuilding, undefined, { waited: async () => running }).finally(() => {
    over = true;
  });
  await live;
  return { rebuilding, result, waited: undelivered.length };
};

describe('a rebuild under writes, with crashes between any two calls', () => {
  it('equals the fold, in any order of scans and deliveries, and answers only then', async () => {
    const dirty = { streams: 0 };
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const { rebuilding, result } = await rebuildUnderWrites(scenario);
        expect([result.differences ?? [], result.state]).toEqual([[], 'switched']);
        expect(await faultsOf(rebuilding)).toEqual([]);
        expect(await rebuilding.actives.load(rebuilding.projection.name)).toMatchObject({ revision: 1 });
        for (let shard = 0; shard < 16 && !scenario.small; shard++)
          expect((await rebuilding.dirty.list(shard, { limit: 10 })).notes, 'notes that nobody drained').toEqual([]);
        const parts = await rebuilding.rebuilds.parts(result.id, { fill: 3 });
        dirty.streams += parts.reduce((sum, part) => sum + part.dirty, 0);
      }),
      { numRuns: runs(60) },
    );
    expect(dirty.streams).toBeGreaterThan(0);
  });
});

const nothing = async () => {};

const mutants: Readonly<Record<string, (rebuilding: Rebuilding) => void>> = {
  'the notes of streams that did not follow': ({ dirty, working }) => {
    Object.assign(dirty, { note: nothing });
    Object.assign(working.dirty, { note: nothing });
  },
  'the draining of what was noted': ({ working }) => void Object.assign(working.dirty, { list: async () => ({ notes: [] }) }),
  'that all streams of few commits are read after it went live': ({ working }) => {
    const { scan } = working.scanner;
    Object.assign(working.scanner, {
      scan: async (...given: Parameters<typeof scan>) => (given[1].consistent ? { commits: [], units: 1 } : scan(...given)),
    });
  },
  'that it goes live in the end': ({ leading }) => void Object.assign(leading.phases, { save: nothing }),
};

describe('that property', () => {
  it.each(Object.entries(mutants))('notices when it is gone: %s', async (_, mutant) => {
    const property = fc.asyncProperty(scenarios, async (scenario) => {
      const { rebuilding, result } = await rebuildUnderWrites(scenario, mutant);
      expect(result.state).toBe('switched');
      expect(await faultsOf(rebuilding)).toEqual([]);
    });
    const { failed } = await fc.check(property, { seed: 20_261_121, numRuns: 60, endOnFailure: true });
    expect(failed).toBe(true);
  });
});

describe('refolding', () => {
  const spoilings = fc.record({
    seed: fc.nat(),
    kind: fc.nat(kinds.length - 1),
    rough: fc.boolean(),
    events: fc.array(fc.array(event, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 12, size: 'max' }),
    built: fc.integer({ min: 1, max: 12 }),
    spoiled: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  });

  it('ends equal to the fold, whatever was changed, despite interruptions and concurrent writes', async () => {
    await fc.assert(
      fc.asyncProperty(spoilings, async ({ seed, kind, rough, events, built, spoiled }) => {
        const odds = rough ? { before: 0.02, after: 0.02 } : { before: 1e-9, after: 0 };
        const rebuilding = rebuildingOf({ projection: kinds[kind]!, seed, odds });
        const { view, projection, phases } = rebuilding;
        await phases.save(projection.name, 1, { phase: 'live', since: '' });
        const [history, other] = [bagOf('a', events), bagOf('b', [[1], [2]])];
        await append(rebuilding, [...history.slice(0, built), ...other]);
        const persist = async (projecting: ReturnType<Rebuilding['instance']>, commits: readonly Commit[]) => {
          while ((await deliver(projecting, commits)).length > 0);
        };
        await persist(rebuilding.instance(), [...history.slice(0, built).filter(isHandled), ...other]);
        const before = view.items().filter(({ stream }) => stream === 'bag-a');
        for (const [i, n] of spoiled.entries()) {
          const item = before[n % before.length];
          if (!item) continue;
          const changed =
            projection.kind === 'rows-per-stream' || item.sort !== 'head'
              ? { ...item, sort: `row#${i}${n}`, row: { sum: n, at: i }, memory: undefined, commit: n }
              : { ...item, owner: 'eve' };
          // As for its own head, or for one that is far ahead.
          await view.putRow(changed, n % 3 > 0 ? await view.head(changed.key) : { ...changed, writes: 1_000 });
        }
        const live = (async () => {
          const instance = rebuilding.instance();
          for (const commit of history.slice(built)) {
            await rebuilding.store.append(commit);
            if (isHandled(commit)) await persist(instance, [commit]);
          }
        })();
        const until = async (done: () => Promise<unknown>) => {
          for (let tries = 0; ; tries++)
            try {
              await done();
              return;
            } catch (cause) {
              if (tries > 300) throw cause;
            }
        };
        const refolding = () => ({ ...rebuilding.instance(), view: rebuilding.working.view });
        await Promise.all([live, until(() => refold(refolding(), 'bag-a'))]);
        // The order comes a second time, as orders do; and what shares lost or gained behind our back their rows are to lose or gain too.
        await until(() => refold(refolding(), 'bag-a'));
        if (projection.kind === 'shared-rows')
          for (const { row } of (await view.sharedRows({ limit: 1_000 })).items)
            await until(() => kindOf(projection).mend(refolding(), row));
        expect(await faultsOf(rebuilding)).toEqual([]);
      }),
      { numRuns: runs(100) },
    );
  });
});
