import { announcersOf } from '../../../core/announcer.ts';
import type { Commit } from '../../../core/commit.ts';
import type { Manifest } from '../../../core/manifest.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import { FromNewerRelease } from '../../../core/version.ts';
import type { Sending } from '../../../engine/delivery/send-entries.ts';
import type { ViewItem } from '../../../engine/ports.ts';
import type { Querying } from '../../../engine/query/querying.ts';
import { keepingHeads } from '../../../engine/view/kept-heads.ts';
import { announcing } from '../../../engine/view/public-events.ts';
import { parksAt } from '../checks/views.ts';
import { simulatedErasures } from '../personal/erasures.ts';
import type { SubjectPlan } from '../personal/plan.ts';
import { type SimulatedSubjects, simulatedSubjects } from '../personal/subjects.ts';
import { isBuildingIn, type SimulatedControl, simulatedControl } from '../rebuild/control.ts';
import type { RebuildPlan } from '../rebuild/plan.ts';
import { simulatedRebuilds } from '../rebuild/rebuilds.ts';
import { placeName, revisionsOf } from '../rebuild/second-revision.ts';
import { repairs } from '../repairs.ts';
import { type SimulatedBus, simulatedBus } from './bus.ts';
import { simulatedCommands } from './commands.ts';
import { simulatedEffects } from './effects.ts';
import { realEngine, type Tamper, untampered } from './engine.ts';
import { feed } from './feed.ts';
import { type Instance, type Pool, pool } from './pool.ts';
import { simulatedProcesses } from './processes.ts';
import { simulatedProofs, simulatedQueue } from './queue.ts';
import { simulatedSchedules } from './schedules.ts';
import { type SimulatedTable, simulatedTable, staleSnapshots } from './table.ts';
import { simulatedView } from './view.ts';
import { deployedView, lastIn, queuesOf, ruleOf, type Wiring } from './views.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

const sendingOf = (world: World, instance: Instance, bus: SimulatedBus): Sending => ({
  bus: distant(world, instance, 'bus', bus),
  clock: instance.clock,
  keys: instance.keys,
  log: instance.log,
});

/** The consumer that announces public events: its table, its queue and its function. */
const deployedAnnouncer = (
  world: World,
  { engine, tamper, manifestOf, table, store }: Wiring,
  { name, announcers, bus }: Readonly<{ name: string; announcers: readonly AnyProjection[]; bus: () => SimulatedBus }>,
) => {
  const mayPark = ({ stream, parked }: ViewItem) => parksAt(announcers, table.commitsOf(stream), parked?.commit ?? 0);
  const view = simulatedView(world, name, false, { mayPark, lastOf: lastIn(table) }, untampered);
  const announcePool = pool(world, name, (instance) => {
    const [projection] = announcersOf(manifestOf(instance));
    if (!projection) throw new FromNewerRelease('This release announces nothing.');
    return announcing(
      (tamper.announcing ?? untampered)({
        ...sendingOf(world, instance, bus()),
        projection,
        store: distant(world, instance, 'store', store),
        ...keepingHeads(distant(world, instance, name, view), instance.clock),
      }),
    );
  });
  const queue = simulatedQueue(world, `queue ${name}`, (batch) =>
    announcePool.invoke((projecting) =>
      engine.routeToView({ projecting, proofs: simulatedProofs, done: 'Announced.' }, batch, engine),
    ),
  );
  return { name, view, queue, rule: ruleOf(announcers, queue.send) };
};

/** The revision of a view that answers: where no rebuild decides, the newest. */
const activeIn =
  (control: SimulatedControl | undefined, views: readonly Readonly<{ projection: AnyProjection }>[]) => async (name: string) =>
    control?.isOf({ name })
      ? (await control.actives.load(name))?.revision
      : views.findLast(({ projection }) => projection.name === name)?.projection.revision;

const checkFacts = (world: World, table: SimulatedTable, { stream, commit, facts = [] }: Commit): void => {
  for (const fact of facts)
    if (table.commitsOf(fact.stream).length !== fact.commit)
      world.broken(`${stream} ${commit} rests on commit ${fact.commit} of ${fact.stream}, which had moved when it was stored`);
};

/** The product, deployed: its functions in several instances, over tables, a bus and queues that do what they may. */
export const system = (
  world: World,
  releases: readonly Manifest[],
  tamper: Tamper,
  {
    pageSize,
    lagging,
    rebuild,
    subjects: subjectPlan,
  }: Readonly<{
    pageSize: number;
    lagging: boolean;
    rebuild?: RebuildPlan & Readonly<{ name: string }>;
    subjects?: SubjectPlan | undefined;
  }>,
) => {
  const engine = (tamper.engine ?? untampered)(realEngine);
  const manifestOf = ({ release }: Instance): Manifest => releases[release]!;

  let publishAll: (commits: readonly Parameters<typeof engine.publish>[1][number][]) => Promise<void>;
  const taken = feed(world, (commits) => publishAll(commits), { name: 'feed', loses: true });
  let noted: (commit: Commit) => void;
  const subjects: SimulatedSubjects | undefined = subjectPlan && simulatedSubjects(world, subjectPlan, tamper);
  const storedAt = new Map<string, number>();
  const table = simulatedTable(pageSize, (commit) => {
    checkFacts(world, table, commit);
    storedAt.set(`${commit.stream} ${commit.commit}`, world.time.now());
    for (const tell of [subjects?.stored, taken, noted]) tell?.(commit);
  });
  const store = (tamper.store ?? untampered)(table.store);
  const snapshots = staleSnapshots(world);
  const erasures = subjects && simulatedErasures(world, subjects, { engine, store, snapshots });
  const send = simulatedCommands(world, { engine, tamper, store, snapshots, manifestOf, subjects });

  const all = revisionsOf(releases);
  const placeOf = (projection: Readonly<{ name: string; revision?: number }>) => placeName(all, projection);
  const [first, second] = all.filter(({ name }) => name === rebuild?.name);
  const control = rebuild && first && second && simulatedControl(world, rebuild, [first, second]);
  const wiring: Wiring = { engine, tamper, releases, manifestOf, table, store };
  const inPlace = all.map((newest) => deployedView(world, wiring, { newest, name: placeOf(newest), lagging }, control));
  const views = queuesOf(world, wiring, inPlace, control);

  let bus: SimulatedBus;
  const announcers = releases.flatMap(announcersOf);
  const announcer = announcers
    .slice(0, 1)
    .map(({ name }) => deployedAnnouncer(world, wiring, { name, announcers, bus: () => bus }));

  const processes = simulatedProcesses(world, releases, tamper, { engine, table, store, snapshots, subjects });
  const effects = simulatedEffects(world, releases, tamper, { engine, table, store, snapshots, subjects });
  const activeOf = activeIn(control, views);
  const schedules = simulatedSchedules(world, releases, tamper, { ...wiring, snapshots, views, activeOf, subjects });
  const parts = [...views, ...announcer];
  bus = simulatedBus(world, [...parts.map(({ rule }) => rule), ...processes.rules, ...effects.rules]);
  const publishPool = pool(world, 'publish', (instance) =>
    (tamper.publishing ?? untampered)({ ...sendingOf(world, instance, bus), proofs: simulatedProofs }),
  );
  publishAll = (commits) => publishPool.invoke((context) => engine.publish(context, commits));

  const pools = new Map<string, Pool<Querying>>(views.map(({ name, queryPool }) => [name, queryPool]));
  const rebuilding = {
    ...wiring,
    views,
    storedAt: ({ stream, commit }: Readonly<{ stream: string; commit: number }>) => storedAt.get(`${stream} ${commit}`) ?? 0,
  };
  const consumers = { table, parts, processes, effects, schedules, placeOf };
  const repairing = repairs(world, manifestOf, engine, { ...consumers, tamper, isBuilding: isBuildingIn(control) });
  noted = repairing.noted;
  const rebuilds = control && simulatedRebuilds(world, control, rebuilding);
  if (rebuilds) pools.set(control.name, rebuilds.queryPool);
  return {
    engine,
    table,
    store,
    views,
    announcer,
    pools,
    bus,
    processes,
    effects,
    schedules,
    rebuilds,
    subjects,
    erasures,
    snapshots,
    placeOf,
    send,
    ...repairing,
  };
};

export type System = ReturnType<typeof system>;
