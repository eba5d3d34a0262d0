import { ProblemError } from '../../../core/problem.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import type { Scanner, Store } from '../../../engine/ports.ts';
import type { Querying } from '../../../engine/query/querying.ts';
import { keptFor, type Revisions } from '../../../engine/query/revision.ts';
import type { LeadOrder } from '../../../engine/rebuild/lead.ts';
import { rebuildMachine } from '../../../engine/rebuild/machine.ts';
import type { Ordering } from '../../../engine/rebuild/operator/requests.ts';
import { isOver, type Work } from '../../../engine/rebuild/ports.ts';
import { defaultWorkSettings, smallCommits } from '../../../engine/rebuild/settings.ts';
import type { Working } from '../../../engine/rebuild/slice.ts';
import type { Leading, RebuildView } from '../../../engine/rebuild/steps.ts';
import { memoryMeter, memoryViewScanner } from '../../memory/rebuild.ts';
import { completeness } from '../checks/rebuilds.ts';
import type { Engine, Tamper } from '../world/engine.ts';
import { Injected } from '../world/faults.ts';
import { type Instance, type Pool, pool } from '../world/pool.ts';
import { queuePort } from '../world/queue.ts';
import type { SimulatedTable } from '../world/table.ts';
import { distant } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import { rolledBackFor, type SimulatedControl } from './control.ts';
import type { DeployedView } from './deployed-view.ts';
import { mendings } from './mendings.ts';
import type { Operation, RebuildPlan } from './plan.ts';
import { rebuildScanner } from './scanner.ts';
import { simulatedExecutions } from './state-machine.ts';

/** A function of the rebuilt view is ended after this long: so that live delivery is waited out while faults still happen. */
export const projectTimeout = 1_000;

/** That, and the calls that are on their way then and may be sent again. */
const liveAfter = ({ slowNotes }: RebuildPlan) => (projectTimeout + 2 * (onItsWay + slowNotes) + 100) / 1_000;

/** How long what an instance has asked may be on its way back. */
const onItsWay = 400;

const leadFunction = 'rebuild lead';

const workFunction = ({ revision }: Pick<AnyProjection, 'revision'>) => `rebuild work r${revision}`;

/** Longer than any invocation may take here. */
const [leadSeconds, workSeconds] = [30, 30];

const same = <T>(value: T): T => value;

type Parts = Readonly<{
  engine: Engine;
  tamper: Tamper;
  table: SimulatedTable;
  store: Store;
  storedAt: (place: Readonly<{ stream: string; commit: number }>) => number;
  views: readonly DeployedView[];
}>;

/** Who does the work of a rebuild must stop when it is over: at its next page at the latest. */
const watched = (world: World, working: Working, { rebuild, task }: Work, control: SimulatedControl): Working => {
  const look = () => {
    const over = control.overSince.get(rebuild);
    if (over !== undefined && world.time.now() > over + onItsWay)
      world.broken(`a worker goes on with ${task} ${world.time.now() - over} ms after ${rebuild} was over`);
  };
  const { scanner, viewScanner, dirty } = working;
  const looking =
    <A extends unknown[], R>(call: (...given: A) => R) =>
    (...given: A): R => {
      look();
      return call(...given);
    };
  return {
    ...working,
    scanner: { scan: looking(scanner.scan) },
    viewScanner: { scan: looking(viewScanner.scan) },
    dirty: {
      ...dirty,
      list: looking((...given) => {
        control.drains();
        return dirty.list(...given);
      }),
    },
  };
};

/** Rebuilds of one view: the functions, the state machine, the operators who order, cancel and roll back. */
export const simulatedRebuilds = (world: World, control: SimulatedControl, parts: Parts) => {
  const { plan, name, second, actives, phases, rebuilds, dirty, codeOf, checkedBy } = control;
  const { tamper, table, store, storedAt, views } = parts;
  const own = views.filter(({ projection }) => control.isOf(projection));
  const target = own.find(({ projection }) => projection.revision === second.revision)!;
  const scanner: Scanner = rebuildScanner(world, table, plan.order, storedAt);
  const check = completeness(world, { target, table, storedAt, isSpoilt: () => control.spoilt.has(second.revision) });
  const { work } = parts.engine;
  const engine: Engine = { ...parts.engine, work: (working, order) => work(watched(world, working, order, control), order) };

  const controlOf = <P extends object>(instance: Instance, port: P): P => distant(world, instance, 'control', port);
  const viewsOf = (instance: Instance): readonly RebuildView[] =>
    own.map(({ name: place, projection, projectionOf, queue }) => ({
      projection: projectionOf(instance),
      code: codeOf(projection.revision),
      queue: distant(world, instance, `queue ${place}`, queuePort(world, queue)),
    }));

  /** A function for each revision, as they are deployed. */
  const workPoolOf = ({ name: place, projection, projectionOf, view }: DeployedView): Pool<Working> => {
    const notes = dirty.get(projection.revision)!;
    const viewScanner = memoryViewScanner(view);
    return pool(world, workFunction(projection), (instance) =>
      (tamper.working ?? same)({
        projection: projectionOf(instance),
        store: distant(world, instance, 'store', store),
        view: distant(world, instance, place, view),
        clock: instance.clock,
        log: instance.log,
        scanner: distant(world, instance, 'commits', scanner),
        viewScanner: distant(world, instance, place, viewScanner),
        dirty: distant(world, instance, `notes r${projection.revision}`, notes),
        rebuilds: controlOf(instance, rebuilds),
        meter: memoryMeter(),
        settings: {
          ...defaultWorkSettings,
          pageCommits: plan.pageCommits,
          streamsAtOnce: 2,
          sliceMilliseconds: 400,
          behindMilliseconds: 1_500,
          mendMilliseconds: 12_000,
        },
      }),
    );
  };
  const workPools = new Map(own.map((view) => [workFunction(view.projection), workPoolOf(view)]));
  const leadPool: Pool<Leading> = pool(world, leadFunction, (instance) =>
    (tamper.leading ?? same)({
      views: viewsOf(instance),
      actives: controlOf(instance, actives),
      phases: controlOf(instance, phases),
      rebuilds: controlOf(instance, rebuilds),
      clock: instance.clock,
      log: instance.log,
      liveAfterSeconds: liveAfter(plan),
    }),
  );
  const machine = rebuildMachine({
    leadFunction,
    leadSeconds,
    workers: own.map(({ projection }) => ({ projection, functionName: workFunction(projection) })),
    workSeconds,
  });
  const executions = simulatedExecutions(world, {
    definition: (tamper.machine ?? same)(machine),
    invoke: async (functionName, payload) => {
      if (functionName === leadFunction) return leadPool.invoke((leading) => engine.lead(leading, payload as LeadOrder));
      const workPool = workPools.get(functionName);
      if (!workPool) throw new Error(`There is no function ${functionName}.`);
      return workPool.invoke((working) => engine.work(working, payload as Work));
    },
    isOver: async (id) => isOver((await rebuilds.load(id))!),
  });
  let made = 0;
  const orderPool: Pool<Ordering> = pool(world, 'ops', (instance) => ({
    views: viewsOf(instance),
    actives: controlOf(instance, actives),
    phases: controlOf(instance, phases),
    rebuilds: controlOf(instance, rebuilds),
    executions: distant(world, instance, 'executions', executions),
    clock: instance.clock,
    keys: { randomId: () => `rebuild-${++made}` },
    // More than there are: such a rebuild is carried out with each of its steps.
    aboutCommits: async () => (plan.small ? 10 : smallCommits + 10),
  }));

  /** The revision that answers is asked, whichever it is. */
  const revisionsPool: Pool<Revisions> = pool(world, `query ${name}`, (instance) => ({
    deployed: own.map(({ name: place, projectionOf, view }) =>
      (tamper.querying ?? same)({
        projection: projectionOf(instance),
        reader: distant(world, instance, place, view),
        clock: instance.clock,
        patience: 1_000,
      }),
    ),
    active: keptFor(instance.clock, controlOf(instance, actives).load),
    built: async () => undefined,
    tableOf: async () => undefined,
  }));
  /** As the query function does; a reader is to be answered only by a revision that has been the active one. */
  const answering = async <T>(cursor: string | undefined, ask: (querying: Querying) => Promise<T>): Promise<T> =>
    revisionsPool.invoke(async (revisions) => {
      const querying = await engine.answeringRevision(revisions, name, cursor);
      const { revision } = querying.projection;
      if (!control.everActive.has(revision))
        world.broken(`a reader of ${name} is answered by revision ${revision}, which was never active`);
      if (revision === second.revision) world.count('reads of the second');
      return ask(querying);
    });
  const queryPool: Pool<Querying> = { invoke: (ask) => answering(undefined, ask) };

  const running = async () => (await rebuilds.list(name)).find((rebuild) => !isOver(rebuild));
  const operate = async ({ what }: Pick<Operation, 'what'>): Promise<void> => {
    const by = 'olga';
    world.note('operator', () => `${what} ${name}`);
    try {
      if (what === 'back')
        await orderPool.invoke((ordering) => engine.rollBack(ordering, { projection: name, by, why: rolledBackFor }));
      else if (what === 'cancel') {
        const id = (await running())?.id;
        if (id !== undefined) await orderPool.invoke((ordering) => engine.cancelRebuild(ordering, { id, by }));
      } else
        await orderPool.invoke((ordering) =>
          engine.orderRebuild(ordering, { projection: name, by, why: 'rebuild', settings: plan.settings }),
        );
    } catch (cause) {
      world.note('operator', () => `${what}: ${String(cause)}`);
      if (cause instanceof ProblemError && cause.problem.status === 409) world.count(cause.problem.kind);
      else if (!(cause instanceof Injected)) world.broken(`to ${what} ${name} fails: ${String(cause)}`);
    }
  };
  checkedBy(check, () => {
    const { cancelledAfter } = plan;
    if (cancelledAfter !== undefined) world.time.after(cancelledAfter, () => void operate({ what: 'cancel' }));
  });
  const mend = mendings(world, control, { engine, orderPool, own, table });
  const begin = () => {
    mend();
    for (const operation of plan.operations) world.time.after(operation.at, () => void operate(operation));
  };
  return { control, check, own, target, engine, orderPool, answering, queryPool, operate, begin };
};

export type SimulatedRebuilds = ReturnType<typeof simulatedRebuilds>;
