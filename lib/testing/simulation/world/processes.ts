import type { AnyDecider } from '../../../core/decider.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { processDecider } from '../../../core/process/decider.ts';
import { subscriptionsOf, targetsOf } from '../../../core/process/performs.ts';
import type { AnyProcess } from '../../../core/process/process.ts';
import { parseStream } from '../../../core/stream.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { Commanding } from '../../../engine/command/request.ts';
import type { SweptProcess } from '../../../engine/operate/sweep-processes.ts';
import type { SweepTarget } from '../../../engine/operate/sweep-target.ts';
import type { Snapshots, Store } from '../../../engine/ports.ts';
import { keptCursors } from '../../../engine/process/kept-cursors.ts';
import type { Cursors, Order, ProcessMessage } from '../../../engine/process/ports.ts';
import type { Reacting } from '../../../engine/process/react.ts';
import { stillOpen } from '../../../engine/process/still-open.ts';
import { defaultSettings, processSettings } from '../../../engine/settings.ts';
import { memoryCursors, memoryDeadlines } from '../../memory/process.ts';
import type { SimulatedSubjects } from '../personal/subjects.ts';
import type { Rule } from './bus.ts';
import { decidingPorts, othersOf } from './commands.ts';
import type { Engine, Tamper } from './engine.ts';
import { type Instance, pool } from './pool.ts';
import { queuePort, type SimulatedQueue, simulatedProofs, simulatedQueue } from './queue.ts';
import { type SimulatedScheduler, simulatedScheduler } from './scheduler.ts';
import type { SimulatedTable } from './table.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

/** So small that within one run attendances end unfinished, cursors move between the commits of a batch, and looking back is needed. */
const settings = { ...processSettings, turns: 5, lastSteps: 5, attendMilliseconds: 6_000, commitsAtOnce: 3 };
export const commandSettings = {
  ...defaultSettings,
  snapshotBytes: 1_500,
  cacheAgeMilliseconds: 1_500,
  tries: 8,
  idempotencyWindow: 2,
};
/** So few that the sweep asks each process for its own in some runs, and finds all at once in others. */
const fewDeadlines = 2;
/** A deadline that is overdue for longer is looked after by the sweep. */
const graceMilliseconds = 600;

/** The operators' requests about stuck and parked instances, one as likely as another. */
const remedies = {
  parked: ['resume', 'resume', 'resume', 'resume', 'resume', 'resume', 'resume', 'resume', 'resume', 'resolve'],
  stuck: ['retry', 'retry', 'wait', 'wait', 'wait', 'resolve'],
} as const;

/** The rules of a process: what any of some releases reacts to. */
export const rulesOf = (releases: readonly AnyProcess[], deliver: Rule['deliver']): readonly Rule[] => [
  {
    detailTypes: new Set(releases.flatMap((process) => subscriptionsOf(process).map(({ category }) => `${category}.commit`))),
    types: new Set(releases.flatMap((process) => subscriptionsOf(process).flatMap(({ types }) => types))),
    deliver,
  },
];

const isAmong = ({ category }: AnyProcess, stream: string) => parseStream(stream)?.category === category;

/** The cursors of a process: none of them may go back. */
const checkedCursors = (world: World, name: string, cursors: ReadonlyMap<string, number>, kept: Cursors): Cursors => ({
  load: kept.load,
  move: async (stream, to, from) => {
    const before = cursors.get(stream) ?? 0;
    const moved = await kept.move(stream, to, from);
    if ((cursors.get(stream) ?? 0) < before) world.broken(`the cursor of ${stream} in ${name} went back from ${before} to ${to}`);
    return moved;
  },
});

type ReactParts = Readonly<{
  tamper: Tamper;
  store: Store;
  snapshots: Snapshots;
  cursors: Cursors;
  deadlines: Reacting['deadlines'];
  scheduler: Reacting['scheduler'];
  subjects?: SimulatedSubjects | undefined;
}>;

/** The ports of one instance of the function that reacts for a process. */
const reactingFor = (
  world: World,
  instance: Instance,
  process: AnyProcess,
  aggregates: readonly AnyDecider[],
  { tamper, store, snapshots, cursors, deadlines, scheduler, subjects }: ReactParts,
): Reacting => {
  const personal = subjects?.sealingOf(instance);
  const shared = {
    // Snapshots of its own: callers of commands are recognised for longer than this.
    ...decidingPorts(world, instance, `react-${instance.release}`, { store, snapshots }),
    settings: commandSettings,
    cache: stateCache(commandSettings.cacheBytes),
    ...(personal && { personal }),
  };
  const targets = new Map(
    targetsOf(process).map((decider) => {
      const others = othersOf(decider, (category) => ({
        ...shared,
        decider: aggregates.find((aggregate) => aggregate.category === category)!,
      }));
      return [decider.category, { ...shared, decider, others } satisfies Commanding] as const;
    }),
  );
  const reacting: Reacting = {
    process,
    own: { ...shared, decider: processDecider(process) },
    target: (category) => targets.get(category),
    cursors: distant(world, instance, `cursors ${process.category}`, cursors),
    kept: keptCursors(instance.clock, commandSettings),
    deadlines: distant(world, instance, 'deadlines', deadlines),
    scheduler: distant(world, instance, 'scheduler', scheduler),
    settings,
  };
  return tamper.reacting?.(reacting) ?? reacting;
};

type Ordered = Readonly<{ newest: AnyProcess; queue: SimulatedQueue; name: string }>;

/** Operators resume parked instances, and handle stuck ones: retry, wait, or resolve. */
const operators = (world: World, table: SimulatedTable, parts: readonly Ordered[]) => {
  const dice = world.dice('operators');
  let orders = 0;
  return () => {
    for (const { newest, queue, name } of parts)
      for (const instance of table.streams().filter((stream) => isAmong(newest, stream))) {
        const status = stillOpen(table.commitsOf(instance).at(-1)!)?.status;
        if (status !== 'parked' && status !== 'stuck') continue;
        const how = dice.pick(remedies[status]);
        if (how === 'wait') continue;
        orders += 1;
        const given: Order = { instance, reason: 'seen to', by: 'olga', correlation: `order-${orders}` };
        world.note('operator', () => `tells ${name} to ${how} ${instance}`);
        world.count(how);
        queue.tell({ [how]: given } as unknown as ProcessMessage);
      }
  };
};

/** What all consumers that append share. */
export type Parts = Readonly<{
  engine: Engine;
  table: SimulatedTable;
  store: Store;
  snapshots: Snapshots;
  subjects?: SimulatedSubjects | undefined;
}>;

/** A manifest's processes: a queue, a pool of instances and a scheduler for each, over tables that all share. */
export const simulatedProcesses = (
  world: World,
  releases: readonly Manifest[],
  tamper: Tamper,
  { engine, table, store, snapshots, subjects }: Parts,
) => {
  const all = releases.map(({ processes = [] }) => processes);
  const deadlines = memoryDeadlines(fewDeadlines);
  const { items: _, ...deadlinePort } = deadlines;
  const releaseOf = ({ category }: AnyProcess, { release }: Instance): AnyProcess => {
    const own = all[release]?.find((process) => process.category === category);
    if (!own) throw new Error(`The manifest has no process ${category}.`);
    return own;
  };

  const parts = (all.at(-1) ?? []).map((newest) => {
    const name = newest.category;
    const { items: cursors, ...kept } = memoryCursors();
    const cursorPort = checkedCursors(world, name, cursors, kept);
    let scheduler: SimulatedScheduler;
    const reactPool = pool(world, `react ${name}`, (instance) => {
      const { set, cancel } = scheduler;
      const tables = { store, snapshots, cursors: cursorPort, deadlines: deadlinePort };
      const ports = { tamper, ...tables, scheduler: { set, cancel }, subjects };
      return reactingFor(world, instance, releaseOf(newest, instance), releases[instance.release]?.aggregates ?? [], ports);
    });
    const queue = simulatedQueue(
      world,
      `queue ${name}`,
      (batch) => reactPool.invoke((reacting) => engine.routeToProcess({ reacting, proofs: simulatedProofs }, batch, engine)),
      { gatherSeconds: newest.gatherSeconds },
    );
    scheduler = simulatedScheduler(world, `scheduler ${name}`, queue.tell);
    const ofReleases = all.flatMap((processes) => processes.filter(({ category }) => category === name));
    return {
      name,
      newest,
      cursors,
      cursorPort,
      scheduler,
      queue,
      port: queuePort(world, queue),
      rules: rulesOf(ofReleases, queue.send),
    };
  });

  const sweptBy = (instance: Instance): readonly SweptProcess[] =>
    parts.map(({ name, newest, cursorPort, port }) => ({
      process: releaseOf(newest, instance),
      cursors: distant(world, instance, `cursors ${name}`, { load: cursorPort.load }),
      queue: distant(world, instance, `queue ${name}`, port),
    }));
  const { append: __, appendTogether: ___, ...readable } = store;
  const targets = (instance: Instance): readonly SweepTarget[] => {
    const reading = { store: distant(world, instance, 'store', readable), clock: instance.clock };
    return sweptBy(instance).flatMap((swept) => engine.processTargets(swept, reading));
  };
  /** The deadlines that should have fired: at each run of the sweep. */
  const overdue = (instance: Instance) => {
    const [swept, list] = [
      sweptBy(instance),
      distant(world, instance, 'deadlines', { few: deadlinePort.few, overdue: deadlinePort.overdue }),
    ];
    return async (): Promise<number> =>
      parts.length === 0
        ? 0
        : engine.sendOverdue(
            { processes: swept, deadlines: list, turns: new Map<string, string>(), log: instance.log },
            new Date(instance.clock.now() - graceMilliseconds).toISOString(),
          );
  };

  const order = operators(world, table, parts);
  const redrive = () => {
    for (const { queue } of parts) queue.redrive();
  };

  return { parts, deadlines, rules: parts.flatMap(({ rules }) => rules), targets, overdue, order, redrive };
};

export type SimulatedProcesses = ReturnType<typeof simulatedProcesses>;
