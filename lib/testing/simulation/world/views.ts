import { revisionKey } from '../../../core/deployed-names.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { type AnyProjection, handledTypes, sourcesOf } from '../../../core/projection.ts';
import { groupOf } from '../../../core/view/groups.ts';
import type { QueueRecord } from '../../../engine/delivery/received.ts';
import type { Store, ViewItem } from '../../../engine/ports.ts';
import { doneBefore, type ViewGroup } from '../../../engine/view/group/route.ts';
import { keepingHeads } from '../../../engine/view/kept-heads.ts';
import type { Projecting } from '../../../engine/view/projecting.ts';
import { parksAt } from '../checks/views.ts';
import type { SimulatedControl } from '../rebuild/control.ts';
import { projectTimeout } from '../rebuild/functions.ts';
import { revisionIn } from '../rebuild/second-revision.ts';
import type { Rule } from './bus.ts';
import { type Engine, type Tamper, untampered } from './engine.ts';
import { Injected } from './faults.ts';
import { type Instance, pool } from './pool.ts';
import { queueFor, simulatedProofs, simulatedQueue } from './queue.ts';
import type { SimulatedTable } from './table.ts';
import { simulatedView } from './view.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

/** A rule for what any of some releases handles. */
export const ruleOf = (projections: readonly AnyProjection[], deliver: Rule['deliver']): Rule => ({
  detailTypes: new Set(projections.flatMap(sourcesOf).map(({ category }) => `${category}.commit`)),
  types: new Set(projections.flatMap(handledTypes)),
  deliver,
});

/** The time that a reader waits for a view; a client of HTTP would not wait longer. */
const patience = 1_000;
export type Wiring = Readonly<{
  engine: Engine;
  tamper: Tamper;
  releases: readonly Manifest[];
  manifestOf: (instance: Instance) => Manifest;
  table: SimulatedTable;
  store: Store;
}>;

export const lastIn = (table: SimulatedTable) => (stream: string) => table.commitsOf(stream).at(-1)?.commit ?? 0;
/** A revision of a view: its table, what its functions work with, and the function that queries. */
export const deployedView = (
  world: World,
  { tamper, releases, manifestOf, table, store }: Wiring,
  { newest, name, lagging }: Readonly<{ newest: AnyProjection; name: string; lagging: boolean }>,
  control: SimulatedControl | undefined,
) => {
  const releasesOfIt = releases.flatMap((manifest) => revisionIn(manifest, newest) ?? []);
  // A handler may fail on rows that other code has written; after a refold all of it is checked.
  const isAged = () => control?.isOf(newest) === true && control.aged.has(newest.revision);
  const mayPark = ({ stream, parked }: ViewItem) =>
    isAged() || parksAt(releasesOfIt, table.commitsOf(stream), parked?.commit ?? 0);
  const view = simulatedView(world, name, lagging, { of: newest, mayPark, lastOf: lastIn(table) }, tamper.view ?? untampered);
  const projectionOf = (instance: Instance): AnyProjection => {
    const projection = revisionIn(manifestOf(instance), newest);
    // The revision comes or goes with the roll-out: its function is not there.
    if (!projection) throw new Injected(`This release has no ${name}.`);
    return projection;
  };
  const projecting = (instance: Instance): Projecting => {
    const { view: whole, heads } = keepingHeads(distant(world, instance, name, view), instance.clock);
    const tampered = (tamper.projecting ?? untampered)({
      projection: projectionOf(instance),
      store: distant(world, instance, 'store', store),
      view: whole,
      heads,
      clock: instance.clock,
      log: instance.log,
      ...control?.building(instance, newest),
    });
    return { ...tampered, view: { ...whole, ...tampered.view } };
  };
  const queryPool = pool(world, `query ${name}`, (instance) =>
    (tamper.querying ?? untampered)({
      projection: projectionOf(instance),
      reader: distant(world, instance, name, view),
      clock: instance.clock,
      patience,
    }),
  );
  const timeout = control?.isOf(newest) ? projectTimeout : undefined;
  return { name, projection: newest, projectionOf, projecting, releasesOfIt, timeout, view, queryPool };
};

type ViewInPlace = ReturnType<typeof deployedView>;

/** A view's own queue and function. */
const queueOf = (world: World, { engine }: Wiring, deployed: ViewInPlace, control: SimulatedControl | undefined) => {
  const { name, projection, projecting, releasesOfIt, timeout } = deployed;
  const projectPool = pool(world, `project ${name}`, projecting, { timeout });
  const project = (batch: readonly QueueRecord[]) =>
    projectPool.invoke((refolding) =>
      engine.routeToView({ refolding, proofs: simulatedProofs, done: 'Projected.' }, batch, engine),
    );
  const queue = simulatedQueue(world, `queue ${name}`, project, projection);
  const deliver = (body: string) => (control?.isDeployed(projection) === false ? undefined : queue.send(body));
  return { ...deployed, queue, rule: ruleOf(releasesOfIt, deliver) };
};

/** The queue and the function that the views of a group share; its rule stands with the first of them. */
const queueOfGroup = (
  world: World,
  { engine, manifestOf }: Wiring,
  { name, views, gatherSeconds }: Readonly<{ name: string; views: readonly ViewInPlace[]; gatherSeconds: number }>,
  control: SimulatedControl | undefined,
) => {
  const timeout = views.map((each) => each.timeout).find((each) => each !== undefined);
  const groupPool = pool(
    world,
    `project group ${name}`,
    (instance): ViewGroup => {
      const there = views.filter(({ projection }) => revisionIn(manifestOf(instance), projection));
      const { log } = instance;
      return {
        name,
        views: there.map(({ projecting }) => projecting(instance)),
        proofs: simulatedProofs,
        log,
        done: doneBefore(),
      };
    },
    { timeout },
  );
  const isThere = ({ projection }: Projecting) => control?.isDeployed(projection) !== false;
  const queue = simulatedQueue(
    world,
    `queue group ${name}`,
    (batch) => groupPool.invoke((group) => engine.routeToGroup({ ...group, views: group.views.filter(isThere) }, batch, engine)),
    { gatherSeconds },
  );
  const nothing: Rule = { detailTypes: new Set(), types: new Set(), deliver: () => {} };
  const rule = ruleOf(
    views.flatMap(({ releasesOfIt }) => releasesOfIt),
    queue.send,
  );
  return views.map((deployed, i) => ({
    ...deployed,
    queue: queueFor(queue, revisionKey(deployed.projection)),
    rule: i === 0 ? rule : nothing,
  }));
};

/** Views with the queues and functions that they have, or share. */
export const queuesOf = (world: World, wiring: Wiring, views: readonly ViewInPlace[], control: SimulatedControl | undefined) => {
  const { groups } = wiring.releases.at(-1)!;
  const byGroup = Map.groupBy(views, ({ projection }) => groupOf({ groups }, projection));
  return [...byGroup].flatMap(([name, own]) =>
    name === undefined
      ? own.map((view) => queueOf(world, wiring, view, control))
      : queueOfGroup(world, wiring, { name, views: own, gatherSeconds: groups?.[name]?.gatherSeconds ?? 0 }, control),
  );
};
