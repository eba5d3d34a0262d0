import { announcersOf, isAnnounced } from '../../core/announcer.ts';
import type { Commit } from '../../core/commit.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { AnyProjection } from '../../core/projection.ts';
import { groupOf } from '../../core/view/groups.ts';
import type { SweepPlace, SweepPlaces } from '../../engine/operate/ports.ts';
import { type SweepTarget, targetOf } from '../../engine/operate/sweep-target.ts';
import type { Scanner } from '../../engine/ports.ts';
import { sweepSettings } from '../../engine/settings.ts';
import type { ResumeOrder } from '../../engine/view/resume.ts';
import type { MemoryView } from '../memory/view.ts';
import type { SimulatedEffects } from './world/effects.ts';
import type { Engine, Tamper } from './world/engine.ts';
import { Injected } from './world/faults.ts';
import { simulatedJournal } from './world/journal.ts';
import { type Instance, pool } from './world/pool.ts';
import type { SimulatedProcesses } from './world/processes.ts';
import { queuePort, type SimulatedQueue } from './world/queue.ts';
import type { SimulatedSchedules } from './world/schedules.ts';
import type { SimulatedTable } from './world/table.ts';
import { distant } from './world/wire.ts';
import type { World } from './world/world.ts';

/** So small that a pass takes several runs, and several passes fit into a run of the simulator. */
const settings = {
  ...sweepSettings,
  segments: 2,
  unitsPerRun: 40,
  pageCommits: 9,
  graceMilliseconds: 600,
  clockMilliseconds: 300,
  thoroughEvery: 2,
  lookTurns: 4,
  /** A pass is always behind: each run looks at as much as it may. */
  passMilliseconds: -1,
};

const segmentOf = (stream: string, of: number) => [...stream].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % of;

/** The table as a scan goes through it; the newest commits may not be seen. */
const scannerOf = (world: World, table: SimulatedTable): Scanner => {
  const dice = world.dice('scan');
  return {
    scan: async ({ segment, of }, { after, limit = 1_000, consistent }) => {
      const streams = table.streams().filter((stream) => segmentOf(stream, of) === segment);
      const all = streams.toSorted().flatMap((stream) => table.commitsOf(stream));
      const from = after ? all.findIndex(({ stream, commit }) => stream === after.stream && commit === after.commit) + 1 : 0;
      const page = all.slice(from, from + limit);
      const last = page.at(-1);
      const hidden = !consistent && world.happens('stale', dice) ? 1 : 0;
      const commits: readonly Commit[] = page.slice(0, page.length - hidden);
      const more = from + page.length < all.length;
      return { commits, units: page.length, ...(more && last && { next: { stream: last.stream, commit: last.commit } }) };
    },
  };
};

const placesInMemory = (): SweepPlaces => {
  let there: SweepPlace | undefined;
  return {
    load: async () => there,
    save: async (place, loadedRun) => {
      if (there?.run !== loadedRun) return false;
      there = place;
      return true;
    },
  };
};

type Part = Readonly<{ name: string; view: MemoryView; queue: SimulatedQueue }>;

type Parts = Readonly<{
  table: SimulatedTable;
  parts: readonly Part[];
  processes: SimulatedProcesses;
  effects: SimulatedEffects;
  schedules: SimulatedSchedules;
  /** Under which name a subscription has its queue. */
  placeOf: (subscription: AnyProjection) => string;
  tamper: Tamper;
  /** True while a revision is being built: looks leave it out. */
  isBuilding: (subscription: AnyProjection) => Promise<boolean>;
}>;

/** Repairs: the sweep, now and then and at the end, and operators who resume parked streams and redrive dead letters. */
export const repairs = (
  world: World,
  manifestOf: (instance: Instance) => Manifest,
  engine: Engine,
  { table, parts, processes, effects, schedules, placeOf, tamper, isBuilding }: Parts,
) => {
  const { time } = world;
  const [scanner, places] = [scannerOf(world, table), placesInMemory()];
  const ports = parts.map(({ name, view, queue }) => ({ name, view, queue: queuePort(world, queue) }));
  const targetsOf = (instance: Instance, andBuilding = true): readonly SweepTarget[] => {
    const manifest = manifestOf(instance);
    const target = (subscription: AnyProjection, isFor?: (commit: Commit) => boolean) => {
      const port = ports.find(({ name }) => name === placeOf(subscription));
      if (!port) return [];
      const { head } = distant(world, instance, port.name, { head: port.view.head });
      const queue = distant(world, instance, `queue ${port.name}`, port.queue);
      const building = andBuilding ? {} : { isBuilding: () => isBuilding(subscription) };
      const group = groupOf(manifest, subscription);
      const rest = { ...(isFor && { isFor }), ...(group !== undefined && { group }), ...building };
      return [targetOf({ subscription, view: { head }, queue, ...rest })];
    };
    return [
      ...manifest.projections.flatMap((projection) => target(projection)),
      ...announcersOf(manifest).flatMap((announcer) => target(announcer, isAnnounced(manifest))),
      ...processes.targets(instance),
      ...effects.targets(instance),
    ];
  };
  const sweepPool = pool(world, 'sweep', (instance) => ({
    scanner: distant(world, instance, 'commits', scanner),
    store: distant(world, instance, 'commits', { read: table.store.read }),
    places: distant(world, instance, 'control', places),
    targets: targetsOf(instance),
    clock: instance.clock,
    log: instance.log,
    settings,
    overdue: processes.overdue(instance),
    times: schedules.overdue(instance),
  }));
  const journal = simulatedJournal(world, engine, tamper, (instance) => ({
    store: distant(world, instance, 'commits', { read: table.store.read, find: table.store.find }),
    targets: targetsOf(instance, false),
    log: instance.log,
    settings,
  }));
  const sweep = async (): Promise<boolean> => {
    try {
      const swept = await sweepPool.invoke(async ({ overdue, times, ...sweeping }) => {
        world.count('overdue times', await times());
        world.count('overdue deadlines', await overdue());
        return engine.sweep(sweeping);
      });
      world.count('repaired', swept.sent);
      if (swept.beyond > 0) world.broken('the sweep finds a cursor beyond its stream');
      return swept.passEnded;
    } catch (cause) {
      if (!(cause instanceof Injected) && cause instanceof TypeError) world.broken(`the sweep fails: ${String(cause)}`);
      return false;
    }
  };
  const resume = () => {
    for (const { view, queue, name } of parts)
      for (const { stream, parked } of view.items()) {
        if (!parked) continue;
        const order: ResumeOrder = { resume: { stream, correlation: 'operator' } };
        world.note('operator', () => `resumes ${stream} in ${name}`);
        queue.tell(order);
      }
    processes.order();
    effects.order();
  };
  const redrive = () => {
    for (const { queue } of parts) queue.redrive();
    processes.redrive();
    effects.redrive();
    schedules.redrive();
    journal.redrive();
  };
  /** Until every commit has been checked in a thorough pass, whatever clock dated it. */
  const sweepAll = async () => {
    for (let passes = 0, runs = 0; passes <= settings.thoroughEvery + 1 && runs < 60; runs++) {
      await time.sleep(1_000);
      if (await sweep()) passes += 1;
    }
  };
  return { sweep, sweepAll, resume, redrive, places, noted: journal.taken };
};
