import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Commit } from '../../../lib/core/commit.ts';
import type { AnyProjection } from '../../../lib/core/projection.ts';
import type { Store, ViewItem } from '../../../lib/engine/ports.ts';
import { compareStream } from '../../../lib/engine/rebuild/compare.ts';
import { projectBatch } from '../../../lib/engine/view/project.ts';
import { refold } from '../../../lib/engine/view/refold.ts';
import { memoryClock, memoryLog, memoryStore, memoryView } from '../../../lib/testing/ports.ts';
import { bagOf, entries, numbered } from '../../support/examples/bag.ts';
import { runs } from '../../support/runs.ts';

/** Code of before, which did not handle the commits that were there. */
const ignoring = (projection: AnyProjection) => ({ ...projection, on: {} }) as AnyProjection;

type Acting = Readonly<{ view: ReturnType<typeof memoryView>; store: Store }>;
type Actor = (ports: Acting) => Promise<boolean>;

const event = fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 3 }) }, { weight: 1, arbitrary: fc.constant('Emptied' as const) });
const scenarios = fc.record({
  before: fc.array(fc.array(event, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
  after: fc.array(fc.array(event, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
  handled: fc.nat({ max: 3 }),
  refolds: fc.integer({ min: 1, max: 2 }),
  /** After so many calls a function dies: of a live commit, of the first refold. */
  dies: fc.record({ live: fc.nat({ max: 12 }), refold: fc.nat({ max: 12 }) }),
  scheduler: fc.scheduler(),
});
type Scenario = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

const isRight = async (projection: AnyProjection, { view, store }: Acting, history: readonly Commit[]) => {
  const fresh = memoryView();
  const [clock, log] = [memoryClock(), memoryLog()];
  for (const commit of history) await projectBatch({ projection, store, view: fresh, clock, log }, deliver(commit));
  const shown = (items: readonly ViewItem[]) =>
    items
      .filter(({ sort, row }) => sort === 'head' || row !== undefined)
      .map(({ sort, commit, row, memory }) => ({ sort, commit, row, memory }))
      .toSorted((a, b) => (a.sort < b.sort ? -1 : 1));
  expect(shown(view.items())).toEqual(shown(fresh.items()));
  expect(await compareStream({ projection, store, view, clock, log }, history[0]!.stream)).toEqual([]);
};

const deliver = (commit: Commit) => [{ id: '1', delivered: { ...commit, types: commit.events.map(({ type }) => type) } }];

/** Changes the view's port as the live commits see it. */
type Mutant = (view: Acting['view']) => Partial<Acting['view']>;

/** Live commits and refolds of one stream, call by call in any order; failed and crashed ones are retried when the others are done. */
const play = async (
  projection: AnyProjection,
  { before, after, handled, refolds, dies, scheduler }: Scenario,
  mayDie: boolean,
  mutant: Mutant = () => ({}),
) => {
  const all = bagOf('a', [...before, ...after]);
  const [history, coming] = [all.slice(0, before.length), all.slice(before.length)];
  const { stream } = all[0]!;
  const [view, store, clock, log] = [memoryView(), memoryStore(), memoryClock(), memoryLog()];
  for (const commit of history) {
    await store.append(commit);
    const code = commit.commit <= handled ? projection : ignoring(projection);
    await projectBatch({ projection: code, store, view, clock, log }, deliver(commit));
  }
  /** Each call waits for its turn; a function that dies hears of no other. */
  const ports = (calls: number): Acting => {
    let left = calls;
    const wrapped = <T extends object>(port: T): T => {
      const methods = Object.entries(port).map(([name, method]) => {
        const call = async (...given: never[]) => {
          if (left-- <= 0) throw new Error('died');
          await scheduler.schedule(Promise.resolve(), name);
          return (method as (...all: never[]) => unknown)(...given);
        };
        return [name, call] as const;
      });
      return { ...port, ...Object.fromEntries(methods) };
    };
    return { view: wrapped(view), store: wrapped(store) };
  };
  const project =
    (commit: Commit): Actor =>
    async (own) =>
      (await projectBatch({ projection, ...own, view: { ...own.view, ...mutant(own.view) }, clock, log }, deliver(commit)))
        .length === 0;
  const again: Actor = (own) =>
    refold({ projection, ...own, clock, log }, stream).then(
      () => true,
      () => false,
    );
  const undone: Actor[] = [];
  const act = async (actor: Actor, calls = Number.POSITIVE_INFINITY) => {
    if (!(await actor(ports(calls)))) undone.push(actor);
  };
  const live = async () => {
    const delivered: Promise<void>[] = [];
    for (const [i, commit] of coming.entries()) {
      await scheduler.schedule(Promise.resolve(), 'append');
      await store.append(commit);
      delivered.push(act(project(commit), mayDie && i === 0 ? dies.live : undefined));
    }
    await Promise.all(delivered);
  };
  const acting = [live(), ...Array.from({ length: refolds }, (_, i) => act(again, i === 0 ? dies.refold : undefined))];
  await scheduler.waitFor(Promise.all(acting));
  const ended = undone.length;
  for (let rounds = 0; undone.length > 0; rounds++) {
    expect(rounds).toBeLessThan(10);
    const actor = undone.shift()!;
    if (!(await actor({ view, store }))) undone.push(actor);
  }
  await isRight(projection, { view, store }, all);
  return ended;
};

it.each([
  ['whatever functions die', entries as AnyProjection, true],
  // A row under a key that the code does not make any more is known only to the function that wrote it too late.
  ['under keys that follow from a memory, whatever refolds die', numbered as AnyProjection, false],
])(
  'the rows of a stream are right after live commits beside refolds, in any order of their calls, %s',
  async (_, projection, mayDie) => {
    let ended = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        ended += await play(projection, scenario, mayDie);
      }),
      { numRuns: runs(300) },
    );
    expect(ended).toBeGreaterThan(0);
  },
);

const withHead =
  (change: (head: ViewItem) => Partial<ViewItem>): Mutant =>
  (view) => ({
    head: async (key) => {
      const head = await view.head(key);
      return head && { ...head, ...change(head) };
    },
  });

const mutants: Readonly<Record<string, Mutant>> = {
  'a row for an earlier head does not go over one for a later': (view) => ({
    putRow: async (item) => view.putRow(item, await view.head(item.key)),
  }),
  'the count under which a refold writes is its own': withHead(() => ({ refolding: undefined })),
};

it.each(Object.entries(mutants))('that property notices when it is gone: %s', async (_, mutant) => {
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    await play(entries as AnyProjection, scenario, true, mutant);
  });
  const { failed } = await fc.check(property, { seed: 20_261_121, numRuns: 300, endOnFailure: true });
  expect(failed).toBe(true);
});
