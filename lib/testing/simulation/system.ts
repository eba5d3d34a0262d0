import type { Manifest } from '../../core/manifest.ts';
import { type AnyProjection, handledTypes, sourcesOf } from '../../core/projection.ts';
import { parseStream } from '../../core/stream.ts';
import { stateCache } from '../../engine/cache.ts';
import type { CommandAnswer, Commanding, CommandRequest } from '../../engine/command.ts';
import type { ViewItem } from '../../engine/ports.ts';
import type { Projecting } from '../../engine/project.ts';
import type { Delivered, Publishing } from '../../engine/publish.ts';
import type { ResumeOrder } from '../../engine/resume.ts';
import { defaultSettings } from '../../engine/settings.ts';
import { simulatedBus } from './bus.ts';
import { parksAt } from './check-views.ts';
import { type Engine, realEngine, type Tamper } from './engine.ts';
import { feed } from './feed.ts';
import { type Instance, pool } from './pool.ts';
import { simulatedQueue } from './queue.ts';
import { repairs } from './repairs.ts';
import { simulatedTable, staleSnapshots } from './table.ts';
import { simulatedView } from './view.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

type Message = Readonly<{ id: string; body: string }>;

/** As the function does: operators' orders apart from commits. */
const handleBatch = async (engine: Engine, projecting: Projecting, batch: readonly Message[]): Promise<readonly string[]> => {
  const parsed = batch.map(({ id, body }) => ({
    id,
    ...(JSON.parse(body) as { detail?: Delivered; resume?: ResumeOrder['resume'] }),
  }));
  const failed = await engine.projectBatch(
    projecting,
    parsed.flatMap(({ id, detail }) => (detail ? [{ id, delivered: detail }] : [])),
  );
  const orders = parsed.flatMap(({ id, resume }) => (resume ? [{ id, order: resume }] : []));
  return orders.length === 0 ? failed : [...failed, ...(await engine.resumeBatch(projecting, orders))];
};

/** How long a reader waits for a view; a client of HTTP would not wait longer. */
const patience = 1_000;
/** So small that snapshots are taken, cached states grow too old, and conflicts are given up within one run. */
const settings = { ...defaultSettings, snapshotBytes: 700, cacheAgeMilliseconds: 1_500, tries: 8 };

const same = <T>(value: T): T => value;

/** The product, deployed: its functions in several instances, over tables, a bus and queues that do what they may. */
export const system = (
  world: World,
  releases: readonly Manifest[],
  tamper: Tamper,
  { pageSize, lagging }: Readonly<{ pageSize: number; lagging: boolean }>,
) => {
  const engine = (tamper.engine ?? same)(realEngine);
  const manifestOf = ({ release }: Instance): Manifest => releases[release]!;

  let publishAll: (commits: readonly Parameters<typeof engine.publish>[1][number][]) => Promise<void>;
  const table = simulatedTable(
    pageSize,
    feed(world, (commits) => publishAll(commits)),
  );
  const store = (tamper.store ?? same)(table.store);
  const snapshots = staleSnapshots(world);

  const commandPool = pool(world, 'command', (instance) => {
    const made = new Map<string, Commanding>();
    return (category: string): Commanding => {
      const decider = manifestOf(instance).aggregates.find((each) => each.category === category);
      if (!decider) throw new Error(`The manifest has no ${category}.`);
      const commanding =
        made.get(category) ??
        (tamper.commanding ?? same)({
          decider,
          code: `release-${instance.release}`,
          store: distant(world, instance, 'store', store),
          snapshots: distant(world, instance, 'snapshots', snapshots),
          keys: instance.keys,
          clock: instance.clock,
          log: instance.log,
          settings,
          cache: stateCache(settings.cacheBytes),
        });
      made.set(category, commanding);
      return commanding;
    };
  });
  const send = (request: CommandRequest): Promise<CommandAnswer> =>
    commandPool.invoke((commandingOf) => engine.handleCommand(commandingOf(parseStream(request.stream)!.category), request));

  const views = releases.at(-1)!.projections.map((newest) => {
    const { name } = newest;
    const releasesOfIt = releases.flatMap(({ projections }) => projections.filter((each) => each.name === name));
    const mayPark = ({ stream, parked }: ViewItem) =>
      releasesOfIt.some((projection) => parksAt(projection, table.commitsOf(stream), parked?.commit ?? 0));
    const view = simulatedView(world, name, lagging, mayPark, tamper.view ?? same);
    const projectionOf = (instance: Instance): AnyProjection => {
      const projection = manifestOf(instance).projections.find((each) => each.name === name);
      if (!projection) throw new Error(`The manifest has no ${name}.`);
      return projection;
    };
    const projectPool = pool(world, `project ${name}`, (instance) =>
      (tamper.projecting ?? same)({
        projection: projectionOf(instance),
        store: distant(world, instance, 'store', store),
        view: distant(world, instance, name, view),
        clock: instance.clock,
        log: instance.log,
      }),
    );
    const queryPool = pool(world, `query ${name}`, (instance) =>
      (tamper.querying ?? same)({
        projection: projectionOf(instance),
        reader: distant(world, instance, name, view),
        clock: instance.clock,
        patience,
      }),
    );
    const queue = simulatedQueue(world, `queue ${name}`, (batch) =>
      projectPool.invoke((projecting) => handleBatch(engine, projecting, batch)),
    );
    const handled = releasesOfIt.flatMap(handledTypes);
    const detailTypes = new Set(sourcesOf(newest).map(({ category }) => `${category}.commit`));
    return { name, view, queue, queryPool, rule: { detailTypes, types: new Set(handled), deliver: queue.send } };
  });

  const bus = simulatedBus(
    world,
    views.map(({ rule }) => rule),
  );
  const publishing = (instance: Instance): Publishing =>
    (tamper.publishing ?? same)({
      aggregates: manifestOf(instance).aggregates,
      bus: distant(world, instance, 'bus', bus),
      clock: instance.clock,
      keys: instance.keys,
      log: instance.log,
    });
  const publishPool = pool(world, 'publish', publishing);
  publishAll = (commits) => publishPool.invoke((context) => engine.publish(context, commits));

  const pools = new Map(views.map(({ name, queryPool }) => [name, queryPool] as const));
  return { engine, table, views, pools, bus, send, ...repairs(world, manifestOf, engine, { table, parts: views, publishing }) };
};
