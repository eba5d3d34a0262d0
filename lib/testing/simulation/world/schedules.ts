import type { AnyDecider } from '../../../core/decider.ts';
import type { Manifest } from '../../../core/manifest.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import { type AnySchedule, timetableOf } from '../../../core/schedule/schedule.ts';
import { timesBetween } from '../../../core/schedule/times.ts';
import { stateCache } from '../../../engine/command/cache.ts';
import type { Commanding } from '../../../engine/command/request.ts';
import { instant } from '../../../engine/instant.ts';
import type { Snapshots, Store } from '../../../engine/ports.ts';
import type { EachRow, Scheduling } from '../../../engine/schedule/look.ts';
import type { Progresses } from '../../../engine/schedule/ports.ts';
import { lookMessage } from '../../../engine/schedule/route.ts';
import { scheduleSettings } from '../../../engine/settings.ts';
import { memoryProgresses } from '../../memory/schedule.ts';
import type { MemoryView } from '../../memory/view.ts';
import type { SimulatedSubjects } from '../personal/subjects.ts';
import { decidingPorts, othersOf } from './commands.ts';
import type { Engine, Tamper } from './engine.ts';
import { type Instance, pool } from './pool.ts';
import { commandSettings } from './processes.ts';
import { queuePort, type SimulatedQueue, simulatedQueue } from './queue.ts';
import { distant } from './wire.ts';
import type { World } from './world.ts';

/** Pages so small that a run takes several, and looks so short that a function hands on to the next one. */
const settings = { ...scheduleSettings, pageRows: 2, atOnce: 2, mostFailed: 3, lookMilliseconds: 300, graceMilliseconds: 600 };

/** For so long after the beginning triggers come at the times themselves. */
const triggeredFor = 3.1 * 3_600_000;

type Parts = Readonly<{
  engine: Engine;
  store: Store;
  snapshots: Snapshots;
  views: readonly Readonly<{ projection: AnyProjection; view: MemoryView }>[];
  /** The revision of a view that answers; undefined while none does. */
  activeOf: (view: string) => Promise<number | undefined>;
  subjects?: SimulatedSubjects | undefined;
}>;

type Simulated = Readonly<{ name: string; newest: AnySchedule; queue: SimulatedQueue }>;

/** Triggers at each time and at others, late and twice, and, where records may get lost, never. Operators pause a schedule for a moment. */
const triggers = (world: World, { name, newest, queue }: Simulated, order: (what: 'pause' | 'resume') => void) => {
  const { time } = world;
  const dice = world.dice(`triggers ${name}`);
  const fire = () => {
    if (world.happens('missing', dice)) return world.count('triggers lost');
    for (let i = world.happens('doubled', dice) ? 2 : 1; i > 0; i--)
      time.after(dice.next() * (world.happens('late', dice) ? 5_000 : 50), () => queue.tell(lookMessage(name)));
  };
  for (let i = 0; i < 5; i++) time.after(dice.next() * 4_000, fire);
  const [from, until] = [time.now(), time.now() + triggeredFor];
  for (const at of timesBetween(timetableOf(newest), instant(from), instant(until))) time.after(Date.parse(at) - from, fire);
  if (!dice.chance(0.2)) return;
  const paused = dice.next() * 3_000;
  time.after(paused, () => order('pause'));
  time.after(paused + dice.next() * 900, () => order('resume'));
};

/** What an instance of a schedule's function runs with. */
const schedulingOn =
  (
    world: World,
    releases: readonly Manifest[],
    tamper: Tamper,
    {
      store,
      snapshots,
      views,
      activeOf,
      subjects,
      progresses,
      shown,
    }: Omit<Parts, 'engine'> & Readonly<{ progresses: Progresses; shown: (now: number) => void }>,
  ) =>
  (name: string) =>
  (instance: Instance): Readonly<{ scheduling: Scheduling; instance: Instance }> => {
    const manifest = releases[instance.release]!;
    const schedule = manifest.schedules?.[name] ?? releases.at(-1)!.schedules![name]!;
    const now = () => {
      shown(instance.clock.now());
      return instance.clock.now();
    };
    const clock = { ...instance.clock, now };
    const tables = { store, snapshots };
    const personal = subjects?.sealingOf(instance);
    const own = decidingPorts(world, instance, `schedule-${instance.release}`, tables);
    const ports = { ...own, clock, settings: commandSettings, ...(personal && { personal }) };
    const make = (decider: AnyDecider): Commanding => {
      const cache = stateCache(commandSettings.cacheBytes);
      const named = (category: string) => manifest.aggregates.find((each) => each.category === category)!;
      return { ...ports, cache, decider, others: othersOf(decider, (of) => ({ ...ports, cache, decider: named(of) })) };
    };
    const targets = new Map(schedule.sends.map((decider) => [decider.category, make(decider)]));
    const rows = async (): Promise<EachRow | undefined> => {
      const revision = schedule.each && (await activeOf(schedule.each.name));
      const isIts = ({ name: view, ...of }: AnyProjection) => view === schedule.each?.name && of.revision === revision;
      const found = views.find(({ projection }) => isIts(projection));
      if (!found) return undefined;
      const { all, head } = found.view;
      return { revision: found.projection.revision, reader: distant(world, instance, found.projection.name, { all, head }) };
    };
    const scheduling: Scheduling = {
      ...{ name, schedule, rows, clock, settings, log: instance.log },
      target: (category) => targets.get(category),
      progresses: distant(world, instance, 'progresses', progresses),
    };
    return { scheduling: tamper.scheduling?.(scheduling) ?? scheduling, instance };
  };

/** A manifest's schedules: a queue and a pool of instances for each, over one table with the progress of all. */
export const simulatedSchedules = (world: World, releases: readonly Manifest[], tamper: Tamper, { engine, ...tables }: Parts) => {
  const progresses = memoryProgresses();
  const { items: _, ...port } = progresses;
  const began = world.time.now();
  let [furthest, swept] = [0, 0];
  const shown = (now: number) => {
    if (!world.isCalm()) furthest = Math.max(furthest, now);
  };
  const scheduling = schedulingOn(world, releases, tamper, { ...tables, progresses: port, shown });
  const parts = Object.entries(releases.at(-1)!.schedules ?? {}).map(([name, newest]): Simulated => {
    const schedulePool = pool(world, `schedule ${name}`, scheduling(name));
    const queue: SimulatedQueue = simulatedQueue(world, `queue ${name}`, (batch) =>
      schedulePool.invoke((context) =>
        engine.routeToSchedule(
          context.scheduling,
          distant(world, context.instance, `queue ${name}`, queuePort(world, queue)),
          batch,
        ),
      ),
    );
    return { name, newest, queue };
  });
  const dice = world.dice('operators of schedules');
  /** The schedules with their queues, as a function of one release knows them. */
  const known = (release: number) =>
    parts.map(({ name, newest, queue }) => ({
      name,
      queueName: name,
      schedule: releases[release]?.schedules?.[name] ?? newest,
      queue: queuePort(world, queue),
    }));
  const ages = { ofQueues: async () => new Map<string, number>() };
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const order = async (what: 'pause' | 'resume', name: string) => {
    const operating = { schedules: known(world.release(dice)), progresses, ages, clock: world.time, log: silent };
    await engine
      .orderSchedule(operating, { order: what, name, by: 'olga', why: 'a moment' })
      .catch(() => world.count('orders refused'));
  };
  for (const part of parts) triggers(world, part, (what) => void order(what, part.name));
  return {
    parts,
    progresses,
    /** What the sweep does about schedules. */
    overdue: (instance: Instance) => async () => {
      if (parts.length === 0) return 0;
      const sweeping = { progresses: distant(world, instance, 'progresses', port), clock: instance.clock, log: instance.log };
      const sent = await engine.sendOverdueTimes({ ...sweeping, schedules: known(instance.release), settings });
      if (world.isCalm()) swept = world.time.now();
      return sent;
    },
    /** An operator resumes what a restored control table has paused. */
    resume: async () => {
      for (const { name } of parts) if (progresses.items.get(name)?.paused) await order('resume', name);
    },
    redrive: () => {
      for (const { queue } of parts) queue.redrive();
    },
    /** The instants that everything due was seen to by the sweep, up to which there were triggers at the times, and that a wrong clock has shown. */
    seen: () => ({
      now: instant(world.time.now()),
      until: instant(swept - settings.graceMilliseconds),
      triggered: instant(began + triggeredFor),
      furthest: instant(furthest),
    }),
  };
};

export type SimulatedSchedules = ReturnType<typeof simulatedSchedules>;
