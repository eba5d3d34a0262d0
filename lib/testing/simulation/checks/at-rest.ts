import type { Commit } from '../../../core/commit.ts';
import type { AnyDecider } from '../../../core/decider.ts';
import type { Manifest } from '../../../core/manifest.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import { storedDecidersOf } from '../../../core/reservation.ts';
import { parseStream } from '../../../core/stream.ts';
import type { ViewItem } from '../../../engine/ports.ts';
import type { MemoryView } from '../../memory/view.ts';
import type { Answered } from '../clients.ts';
import type { SimulatedEffects } from '../world/effects.ts';
import type { SimulatedProcesses } from '../world/processes.ts';
import type { SimulatedSchedules } from '../world/schedules.ts';
import type { World } from '../world/world.ts';
import { announcedFault } from './announced.ts';
import { answersBesideFault, isDecidedBeside } from './beside.ts';
import { processesFault } from './processes.ts';
import { schedulesFault } from './schedules.ts';
import { answerFault, pastOf } from './streams.ts';
import { tagsFault } from './tags.ts';
import { reservationsFault, uniqueFault } from './unique.ts';
import { totalsFault, viewFault } from './views.ts';

/** The contents of all tables and lists when all work is done. */
export type AtRest = Readonly<{
  /** The commits of each stream. */
  streams: ReadonlyMap<string, readonly Commit[]>;
  /** The items of each view's table, by the view's name. */
  views: ReadonlyMap<string, readonly ViewItem[]>;
  answers: readonly Answered[];
}>;

/** A promise of a team's own: throws, or answers what is wrong. */
export type Invariant = (rest: AtRest) => string | undefined;

type Streams = AtRest['streams'];
type States = ReadonlyMap<string, unknown>;

type Rested = Readonly<{
  releases: readonly Manifest[];
  /** The code that runs in the end. */
  newest: Manifest;
  streams: Streams;
  /** All commits in the order in which they were stored. */
  log: readonly Commit[];
  answers: readonly Answered[];
  /** The tables of views, by their places. */
  tables: readonly Readonly<{ name: string; view: MemoryView }>[];
  placeOf: (projection: AnyProjection) => string;
  /** The view that is rebuilt in this run. */
  rebuilt?: string | undefined;
  /** The events that other teams have received, by their ids. */
  outside: ReadonlySet<string>;
  processes: SimulatedProcesses;
  effects: Pick<SimulatedEffects, 'work' | 'keysBefore' | 'fault'>;
  schedules: Pick<SimulatedSchedules, 'seen'>;
  restored: boolean;
  invariants: readonly Invariant[];
}>;

/** Checks each stream and the answers to its commands, and returns the newest state of each stream that folds. */
const checkStreams = (world: World, { releases, streams, answers }: Rested): States => {
  const decidersFor = (stream: string): readonly AnyDecider[] =>
    releases.flatMap((manifest) =>
      storedDecidersOf(manifest).filter(({ category }) => category === parseStream(stream)?.category),
    );
  const states = new Map<string, unknown>();
  for (const [stream, commits] of streams) {
    const deciders = decidersFor(stream);
    const past = pastOf(deciders.at(-1)!, commits);
    if (typeof past === 'string') {
      world.broken(past);
      continue;
    }
    states.set(stream, past.states.at(-1)?.state);
    for (const answered of answers) {
      if (answered.request.stream !== stream) continue;
      const fault = answerFault(deciders, past, answered);
      if (fault !== undefined) world.broken(fault);
    }
  }
  return states;
};

const checkUnique = async (world: World, { newest, streams }: Rested, states: States): Promise<void> => {
  for (const decider of newest.aggregates) {
    const own = new Map([...states].filter(([stream]) => parseStream(stream)?.category === decider.category));
    const fault = uniqueFault(decider, own);
    if (fault !== undefined) world.broken(fault);
  }
  const reserved = world.fault() === undefined ? await reservationsFault(newest.aggregates, states, streams) : undefined;
  if (reserved !== undefined) world.broken(reserved);
};

const checkBeside = (world: World, { releases, newest, streams, log, answers }: Rested): void => {
  const deciders = releases.flatMap(({ aggregates }) => aggregates);
  const areBeside = deciders.some((decider) => Object.keys(decider.commands).some((type) => isDecidedBeside(decider, type)));
  if (world.fault() !== undefined || !(areBeside || deciders.some(({ tags }) => tags))) return;
  const fault = answersBesideFault(deciders, streams, log, answers) ?? tagsFault(newest.aggregates, streams);
  if (fault !== undefined) world.broken(fault);
};

const checkViews = async (
  world: World,
  { newest, streams, tables, placeOf, rebuilt }: Rested,
  views: AtRest['views'],
): Promise<void> => {
  for (const projection of newest.projections) {
    // Its completeness depends on the results of its rebuilds, which have been checked.
    if (projection.name === rebuilt && placeOf(projection) !== projection.name) continue;
    const fault = viewFault(projection, streams, views.get(placeOf(projection)) ?? []);
    if (fault !== undefined) world.broken(fault);
    const view = tables.find(({ name }) => name === placeOf(projection))?.view;
    const totals = view && (await totalsFault(projection, streams, view));
    if (totals !== undefined) world.broken(totals);
  }
};

const checkSchedules = (world: World, rested: Rested, views: AtRest['views']): void => {
  const { releases, newest, streams, rebuilt, placeOf, schedules, restored } = rested;
  const rowsOf = (name: string) => {
    const view = newest.projections.find((each) => each.name === name);
    if (!view || name === rebuilt) return undefined;
    return (views.get(placeOf(view)) ?? []).filter(({ sort, row }) => sort === 'head' && row);
  };
  const used = releases.slice(0, releases.indexOf(newest) + 1);
  const fault = schedulesFault(used, streams, { seen: schedules.seen(), rowsOf, restored, count: world.count });
  if (fault !== undefined) world.broken(fault);
};

/** Checks every promise when nothing is left to do: the engine's own, and then those of the team. */
export const checkAtRest = async (world: World, rested: Rested): Promise<void> => {
  const { releases, streams, answers, tables, outside, processes, effects, invariants } = rested;
  const views = new Map(tables.map(({ name, view }) => [name, view.items()]));
  world.count(
    'commits',
    [...streams.values()].reduce((sum, commits) => sum + commits.length, 0),
  );
  const told = announcedFault(releases, streams, outside);
  if (told !== undefined) world.broken(told);
  await checkUnique(world, rested, checkStreams(world, rested));
  checkBeside(world, rested);
  await checkViews(world, rested, views);
  if (world.fault() === undefined) {
    const now = new Date(world.time.now()).toISOString();
    const fault = processesFault(releases, streams, {
      ...processes,
      now,
      count: world.count,
      work: effects.work,
      keysBefore: effects.keysBefore,
    });
    const open = fault ?? effects.fault();
    if (open !== undefined) world.broken(open);
    checkSchedules(world, rested, views);
  }
  if (world.fault() !== undefined) return;
  for (const invariant of invariants) {
    const fault = invariant({ streams, views, answers });
    if (fault !== undefined) world.broken(fault);
  }
};
