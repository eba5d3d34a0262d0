import { ProblemError } from '../../../core/problem.ts';
import { keptFor } from '../../../engine/kept-for.ts';
import type { Store } from '../../../engine/ports.ts';
import type { Querying } from '../../../engine/query/querying.ts';
import type { Revisions } from '../../../engine/query/revision.ts';
import type { Ordering } from '../../../engine/rebuild/operator/requests.ts';
import { isOver } from '../../../engine/rebuild/ports.ts';
import { smallCommits } from '../../../engine/rebuild/settings.ts';
import { completeness } from '../checks/rebuilds.ts';
import { type Engine, type Tamper, untampered } from '../world/engine.ts';
import { Injected } from '../world/faults.ts';
import { type Pool, pool } from '../world/pool.ts';
import type { SimulatedTable } from '../world/table.ts';
import { distant } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import type { SimulatedControl } from './control.ts';
import type { DeployedView } from './deployed-view.ts';
import { rebuildExecutions, rebuildPorts } from './functions.ts';
import { mendings } from './mendings.ts';
import { rolledBackFor } from './observed.ts';
import type { Operation } from './plan.ts';
import { rebuildScanner } from './scanner.ts';

type Parts = Readonly<{
  engine: Engine;
  tamper: Tamper;
  table: SimulatedTable;
  store: Store;
  storedAt: (place: Readonly<{ stream: string; commit: number }>) => number;
  views: readonly DeployedView[];
}>;

type Answering = <T>(cursor: string | undefined, ask: (querying: Querying) => Promise<T>) => Promise<T>;

/** The query function of the view: it asks the revision that answers, whichever it is. */
const answeringPool = (
  world: World,
  control: SimulatedControl,
  { engine, tamper }: Parts,
  own: readonly DeployedView[],
): Answering => {
  const { name, second, actives } = control;
  const revisionsPool: Pool<Revisions> = pool(world, `query ${name}`, (instance) => ({
    deployed: own.map(({ name: place, projectionOf, view }) =>
      (tamper.querying ?? untampered)({
        projection: projectionOf(instance),
        reader: distant(world, instance, place, view),
        clock: instance.clock,
        patience: 1_000,
      }),
    ),
    active: keptFor(instance.clock, distant(world, instance, 'control', actives).load),
    built: async () => undefined,
    tableOf: async () => undefined,
  }));
  /** As the query function does; a reader is to be answered only by a revision that has been the active one. */
  return async (cursor, ask) =>
    revisionsPool.invoke(async (revisions) => {
      const querying = await engine.answeringRevision(revisions, name, cursor);
      const { revision } = querying.projection;
      if (!control.everActive.has(revision))
        world.broken(`a reader of ${name} is answered by revision ${revision}, which was never active`);
      if (revision === second.revision) world.count('reads of the second');
      return ask(querying);
    });
};

/** The operators: they order rebuilds, cancel them and roll back. */
const operators = (world: World, { name, plan, rebuilds }: SimulatedControl, engine: Engine, orderPool: Pool<Ordering>) => {
  const running = async () => (await rebuilds.list(name)).find((rebuild) => !isOver(rebuild));
  return async ({ what }: Pick<Operation, 'what'>): Promise<void> => {
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
};

/** Rebuilds of one view: the functions, the state machine, the operators who order, cancel and roll back. */
export const simulatedRebuilds = (world: World, control: SimulatedControl, parts: Parts) => {
  const { plan, second, checkedBy } = control;
  const { engine, tamper, table, store, storedAt, views } = parts;
  const own = views.filter(({ projection }) => control.isOf(projection));
  const target = own.find(({ projection }) => projection.revision === second.revision)!;
  const scanner = rebuildScanner(world, table, plan.order, storedAt);
  const check = completeness(world, { target, table, storedAt, isSpoilt: () => control.spoilt.has(second.revision) });
  const executions = rebuildExecutions(world, control, { engine, tamper, store, scanner, own });
  let made = 0;
  const orderPool: Pool<Ordering> = pool(world, 'ops', (instance) => ({
    ...rebuildPorts(world, instance, control, own),
    executions: distant(world, instance, 'executions', executions),
    clock: instance.clock,
    keys: { randomId: () => `rebuild-${++made}` },
    // More than there are: such a rebuild is carried out with each of its steps.
    aboutCommits: async () => (plan.small ? 10 : smallCommits + 10),
  }));
  const answering = answeringPool(world, control, parts, own);
  const queryPool: Pool<Querying> = { invoke: (ask) => answering(undefined, ask) };
  const operate = operators(world, control, engine, orderPool);
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
