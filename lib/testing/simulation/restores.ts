import { announcersOf } from '../../core/announcer.ts';
import { type Commit, versionBefore } from '../../core/commit.ts';
import type { Manifest } from '../../core/manifest.ts';
import { type AnyProjection, sourceOf } from '../../core/projection.ts';
import type { SweepPlaces } from '../../engine/operate/ports.ts';
import type { Queue } from '../../engine/ports.ts';
import type { Deadline } from '../../engine/process/ports.ts';
import type { Resetting } from '../../engine/restore/reset.ts';
import type { Progress } from '../../engine/schedule/ports.ts';
import { kindOf } from '../../engine/view/kinds/index.ts';
import { memoryScanner } from '../memory/sweep.ts';
import { memoryKeys } from '../memory/system.ts';
import type { MemoryView } from '../memory/view.ts';
import type { Planned } from './plan.ts';
import type { RestorePlan } from './restore-plan.ts';
import type { SimulatedEffects } from './world/effects.ts';
import type { Engine } from './world/engine.ts';
import type { SimulatedProcesses } from './world/processes.ts';
import { queuePort, type SimulatedQueue } from './world/queue.ts';
import type { SimulatedSchedules } from './world/schedules.ts';
import type { SimulatedTable } from './world/table.ts';
import type { SimulatedView } from './world/view.ts';
import type { World } from './world/world.ts';

type Kept = Readonly<{
  cursors: readonly ReadonlyMap<string, number>[];
  deadlines: readonly Deadline[];
  progresses: ReadonlyMap<string, Progress>;
}>;

type ViewPlace = Readonly<{ view: SimulatedView; queue: SimulatedQueue }>;

type Parts = Readonly<{
  engine: Engine;
  table: SimulatedTable;
  processes: SimulatedProcesses;
  effects: SimulatedEffects;
  schedules: SimulatedSchedules;
  views: readonly (ViewPlace & Readonly<{ projection: AnyProjection }>)[];
  announcer: readonly ViewPlace[];
  /** The events that other teams have received, by their ids. */
  outside: Set<string>;
  /** The code that runs in the end. */
  newest: Manifest;
  places: SweepPlaces;
}>;

const day = 24 * 3_600_000;

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const headsOf = (view: MemoryView) => view.items().filter(({ sort }) => sort === 'head');

/** What says how far the streams of a view are. */
const cursorsOf = (projection: AnyProjection, view: MemoryView) => (kindOf(projection).hasHeads ? headsOf(view) : view.items());

const allCommits = (table: SimulatedTable): readonly Commit[] => table.streams().flatMap(table.commitsOf);

const keptBy = ({ processes: { parts, deadlines }, schedules }: Parts): Kept => ({
  progresses: new Map(schedules.progresses.items),
  cursors: parts.map(({ cursors }) => new Map(cursors)),
  deadlines: deadlines.items(),
});

/** Puts the tables back to an earlier moment each. */
const putBack = async (
  { table, processes, schedules, outside }: Parts,
  commits: readonly Commit[],
  { cursors, deadlines, progresses }: Kept,
): Promise<void> => {
  table.restore(commits);
  processes.parts.forEach((part, i) => {
    part.cursors.clear();
    for (const [stream, commit] of cursors[i] ?? []) part.cursors.set(stream, commit);
  });
  schedules.progresses.items.clear();
  for (const [name, progress] of progresses) schedules.progresses.items.set(name, progress);
  for (const deadline of processes.deadlines.items()) await processes.deadlines.remove(deadline);
  for (const deadline of deadlines) await processes.deadlines.put(deadline);
  // Announcements of commits that are gone stay made; whether the new commits at their places are announced is checked again.
  const ids = new Set(
    commits.flatMap((commit) => commit.events.map((_, i) => `${commit.stream}/${versionBefore(commit) + i + 1}`)),
  );
  for (const id of outside) if (!ids.has(id)) outside.delete(id);
};

/** The ports of the function that resets consumers to restored tables. */
const resetPorts = (world: World, { table, processes, schedules, views, announcer, newest, places }: Parts): Resetting => {
  const port = (queue: SimulatedQueue): Pick<Queue, 'send'> => queuePort(world, queue);
  const [telling] = announcersOf(newest);
  return {
    scanner: memoryScanner({ stored: () => allCommits(table) }),
    store: table.store,
    keys: memoryKeys(),
    places,
    segments: 2,
    correlation: 'restored',
    processes: processes.parts.map(({ newest: process, cursors, scheduler, queue }) => ({
      process,
      cursors: {
        load: async (stream) => cursors.get(stream),
        move: async (stream, to, from) => cursors.get(stream) === from && cursors.set(stream, to) === cursors,
        each: () => each([...cursors].map(([stream, commit]) => ({ stream, commit }))),
      },
      deadlines: {
        ...processes.deadlines,
        each: () => each(processes.deadlines.items().filter(({ instance }) => instance.startsWith(`${process.category}-`))),
      },
      scheduler,
      queue: port(queue),
    })),
    schedules: schedules.parts.map(({ name, queue }) => ({ name, progresses: schedules.progresses, queue: port(queue) })),
    views: views.map(({ projection, view, queue }) => ({
      projection,
      heads: { each: () => each(cursorsOf(projection, view)) },
      queue: port(queue),
    })),
    announcers: telling
      ? announcer.map(({ view }) => ({
          projection: telling,
          view,
          heads: { each: () => each(headsOf(view).filter(({ stream }) => sourceOf(telling, stream))) },
        }))
      : [],
  };
};

/** Tables that are restored, each to another moment, and what brings the rest to them. */
export const simulatedRestore = (world: World, plan: RestorePlan, parts: Parts) => {
  const { engine, table, views, announcer } = parts;
  const { time } = world;
  const began = time.now();
  let commits: readonly Commit[] | undefined;
  let control: Kept | undefined;
  time.after(plan.commitsAt, () => {
    commits = allCommits(table);
  });
  if (Number.isFinite(plan.controlAt))
    time.after(plan.controlAt, () => {
      control = keptBy(parts);
    });

  const reset = async (): Promise<void> => {
    const restored = await engine.resetToRestored(resetPorts(world, parts), {
      to: began + plan.commitsAt,
      lateMilliseconds: day,
    });
    if ('faults' in restored) return world.broken(`what was restored is not whole: ${JSON.stringify(restored.faults)}`);
    for (const { consumer, moved } of restored.resets) world.count(`reset ${consumer}`, moved);
  };

  /** Requests after the restore, each at its time. */
  const planned = plan.asks.map(
    (ask, i): Planned => ({ n: 1_000 + i, at: 0, ask, keyed: true, twin: false, repeats: 0, reads: false }),
  );
  return {
    planned,
    /** When nothing is on its way any more. */
    restore: async (): Promise<void> => {
      world.note('operator', () => `restores the commits of ${plan.commitsAt} ms, and the control table of ${plan.controlAt} ms`);
      world.count('restores');
      const before = allCommits(table).length;
      parts.effects.rememberKeys();
      await putBack(parts, commits ?? [], control ?? keptBy(parts));
      for (const { view } of [...views, ...announcer]) view.restored();
      world.count('commits lost', before - allCommits(table).length);
      // Functions that go by another table are new ones.
      await time.sleep(10_000);
      await reset();
      await parts.schedules.resume();
    },
  };
};
