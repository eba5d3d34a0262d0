import type { AnyProjection } from '../../../core/projection.ts';
import type { Scanner, Store } from '../../../engine/ports.ts';
import type { LeadOrder } from '../../../engine/rebuild/lead.ts';
import { rebuildMachine } from '../../../engine/rebuild/machine.ts';
import { type Executions, isOver, type Work } from '../../../engine/rebuild/ports.ts';
import { defaultWorkSettings } from '../../../engine/rebuild/settings.ts';
import type { Working } from '../../../engine/rebuild/slice.ts';
import type { Leading, RebuildView } from '../../../engine/rebuild/steps.ts';
import { memoryMeter, memoryViewScanner } from '../../memory/rebuild.ts';
import { type Engine, type Tamper, untampered } from '../world/engine.ts';
import { type Instance, type Pool, pool } from '../world/pool.ts';
import { queuePort } from '../world/queue.ts';
import { distant } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import type { SimulatedControl } from './control.ts';
import type { DeployedView } from './deployed-view.ts';
import type { RebuildPlan } from './plan.ts';
import { simulatedExecutions } from './state-machine.ts';

/** A function of the rebuilt view is ended after this long: so that live delivery is waited out while faults still happen. */
export const projectTimeout = 1_000;

/** The same, and the time of calls that are on their way then and may be sent again. */
const liveAfter = ({ slowNotes }: RebuildPlan) => (projectTimeout + 2 * (onItsWay + slowNotes) + 100) / 1_000;

/** The time in which an answer to an instance may be on its way back. */
const onItsWay = 400;

const leadFunction = 'rebuild lead';

const workFunction = ({ revision }: Pick<AnyProjection, 'revision'>) => `rebuild work r${revision}`;

/** Longer than any invocation may take here. */
const [leadSeconds, workSeconds] = [30, 30];

type Parts = Readonly<{
  engine: Engine;
  tamper: Tamper;
  store: Store;
  scanner: Scanner;
  /** The revisions of the view that is rebuilt. */
  own: readonly DeployedView[];
}>;

/** A worker of a rebuild must stop when the rebuild has ended: at its next page at the latest. */
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

/** The ports that the functions of rebuilds share: the revisions with their queues, and the records in the control table. */
export const rebuildPorts = (world: World, instance: Instance, control: SimulatedControl, own: readonly DeployedView[]) => {
  const { actives, phases, rebuilds, codeOf } = control;
  return {
    views: own.map(
      ({ name: place, projection, projectionOf, queue }): RebuildView => ({
        projection: projectionOf(instance),
        code: codeOf(projection.revision),
        queue: distant(world, instance, `queue ${place}`, queuePort(world, queue)),
      }),
    ),
    actives: distant(world, instance, 'control', actives),
    phases: distant(world, instance, 'control', phases),
    rebuilds: distant(world, instance, 'control', rebuilds),
  };
};

/** The function that does the work of rebuilds, of one revision. */
const workPoolOf = (
  world: World,
  { plan, dirty, rebuilds }: SimulatedControl,
  { tamper, store, scanner }: Parts,
  { name: place, projection, projectionOf, view }: DeployedView,
): Pool<Working> => {
  const notes = dirty.get(projection.revision)!;
  const viewScanner = memoryViewScanner(view);
  return pool(world, workFunction(projection), (instance) =>
    (tamper.working ?? untampered)({
      projection: projectionOf(instance),
      store: distant(world, instance, 'store', store),
      view: distant(world, instance, place, view),
      clock: instance.clock,
      log: instance.log,
      scanner: distant(world, instance, 'commits', scanner),
      viewScanner: distant(world, instance, place, viewScanner),
      dirty: distant(world, instance, `notes r${projection.revision}`, notes),
      rebuilds: distant(world, instance, 'control', rebuilds),
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

/** The state machine of rebuilds, over the function that leads and those that work. */
export const rebuildExecutions = (world: World, control: SimulatedControl, parts: Parts): Executions => {
  const { engine, tamper, own } = parts;
  const workPools = new Map(own.map((view) => [workFunction(view.projection), workPoolOf(world, control, parts, view)]));
  const leadPool: Pool<Leading> = pool(world, leadFunction, (instance) =>
    (tamper.leading ?? untampered)({
      ...rebuildPorts(world, instance, control, own),
      clock: instance.clock,
      log: instance.log,
      liveAfterSeconds: liveAfter(control.plan),
    }),
  );
  const machine = rebuildMachine({
    leadFunction,
    leadSeconds,
    workers: own.map(({ projection }) => ({ projection, functionName: workFunction(projection) })),
    workSeconds,
  });
  return simulatedExecutions(world, {
    definition: (tamper.machine ?? untampered)(machine),
    invoke: async (functionName, payload) => {
      if (functionName === leadFunction) return leadPool.invoke((leading) => engine.lead(leading, payload as LeadOrder));
      const workPool = workPools.get(functionName);
      if (!workPool) throw new Error(`There is no function ${functionName}.`);
      return workPool.invoke((working) => {
        const work = payload as Work;
        return engine.work(watched(world, working, work, control), work);
      });
    },
    isOver: async (id) => isOver((await control.rebuilds.load(id))!),
  });
};
