import type { Commit } from '../../core/commit.ts';
import type { AnyDecider } from '../../core/decider.ts';
import { storedDecidersOf } from '../../core/reservation.ts';
import { parseStream } from '../../core/stream.ts';
import { FromNewerRelease } from '../../core/version.ts';
import type { ViewItem } from '../../engine/ports.ts';
import { announcedFault } from './checks/announced.ts';
import { processesFault } from './checks/processes.ts';
import { sharesFault } from './checks/shares.ts';
import { answerFault, pastOf } from './checks/streams.ts';
import { reservationsFault, uniqueFault } from './checks/unique.ts';
import { viewFault } from './checks/views.ts';
import { type Answered, type Clients, sendCommand } from './clients.ts';
import { foreignHistory, simulatedImport } from './imports.ts';
import type { Plan, Planned } from './plan.ts';
import { type Reading, readBack } from './readers.ts';
import { endRebuilds } from './rebuild/end.ts';
import { walk } from './rebuild/readers.ts';
import { askedAgain, playReturn } from './rebuild/returns.ts';
import { revisionsOf, withSecondRevision } from './rebuild/second-revision.ts';
import { simulatedRestore } from './restores.ts';
import { releasesOf, type Subject, type Tamper } from './world/engine.ts';
import { system } from './world/system.ts';
import { newWorld } from './world/world.ts';

/** What lies there when everything has come to rest. */
export type AtRest = Readonly<{
  /** The commits of each stream. */
  streams: ReadonlyMap<string, readonly Commit[]>;
  /** The items of each view's table, by the view's name. */
  views: ReadonlyMap<string, readonly ViewItem[]>;
  answers: readonly Answered[];
}>;

/** A promise of a team's own: throws, or answers what is wrong. */
export type Invariant = (rest: AtRest) => string | undefined;

export type Outcome = Readonly<{ fault?: string; counts: Readonly<Record<string, number>> }>;

/** How long the faults last; all commands are sent before. */
const rough = 4_000;

/** No clock jumps further. */
const jumpsWithin = 3 * 3_600_000;

/** Plays a plan once. */
export const play = async (
  subject: Subject,
  plan: Plan,
  {
    tamper = {},
    invariants = [],
    trace,
  }: Readonly<{ tamper?: Tamper; invariants?: readonly Invariant[]; trace?: (line: string) => void }> = {},
): Promise<Outcome> => {
  const world = newWorld({ ...plan, ...(trace && { trace }) });
  const releases = releasesOf(subject);
  // The code that runs in the end.
  const newest = plan.rollout ? releases.at(-1)! : releases[0];
  const rebuilt = plan.rebuild && newest.projections[plan.rebuild.view % newest.projections.length]?.name;
  const deployed = plan.rebuild && rebuilt !== undefined ? withSecondRevision(releases, rebuilt, plan.rebuild) : releases;
  const revisions = revisionsOf([plan.rollout ? deployed.at(-1)! : deployed[0]!]).filter(({ name }) => name === rebuilt);
  const {
    engine,
    table,
    views: tables,
    announcer,
    pools,
    bus,
    processes,
    rebuilds,
    placeOf,
    store,
    send,
    ...operations
  } = system(world, deployed, tamper, {
    pageSize: plan.pageSize,
    lagging: plan.odds.stale > 0,
    ...(plan.rebuild && rebuilt !== undefined && { rebuild: { ...plan.rebuild, name: rebuilt } }),
  });
  const isSpoilt: Reading['isSpoilt'] = ({ name, revision }) =>
    name === rebuilds?.control.name && (rebuilds.control.spoilt.has(revision) || rebuilds.control.aged.has(revision));
  // Beside a rebuild it is the first revision that answers.
  const projections = newest.projections.filter((projection) => placeOf(projection) === projection.name);
  const reading: Reading = { world, engine, projections, pools, revisions, isSpoilt, commitsOf: table.commitsOf };
  const answers: Answered[] = [];
  const clients: Clients = {
    world,
    send,
    lengthOf: (stream) => table.commitsOf(stream).length,
    answered: (answered) => answers.push(answered),
    expected: (cause) => cause instanceof FromNewerRelease,
  };
  const ask = async (planned: Planned, twin = false) => {
    const answer = await sendCommand(clients, planned, twin);
    if (planned.reads && answer?.outcome === 'committed') await readBack(reading, answer.commit);
  };
  for (const planned of plan.commands)
    world.time.after(planned.at, () => {
      void ask(planned);
      if (planned.twin) void ask(planned, true);
    });
  for (const at of [1_200, 2_100, 3_300]) world.time.after(at, () => void operations.sweep());
  for (const at of [900, 1_400, 1_900, 2_400, 2_900]) world.time.after(at, operations.resume);
  world.time.after(rough, world.calm);
  rebuilds?.begin();
  for (const at of rebuilds ? (plan.rebuild?.walks ?? []) : []) world.time.after(at, () => void walk(world, rebuilds!, table));
  const lines = plan.imports ? foreignHistory(releases[0], plan.imports) : [];
  const imported = simulatedImport(world, { engine, table, store, lines });
  if (plan.imports) world.time.after(plan.imports.at, () => void imported.begin());
  const restoring =
    plan.restore &&
    simulatedRestore(world, plan.restore, {
      ...{ engine, table, processes, announcer, newest },
      ...{ views: tables, outside: bus.outside, places: operations.places },
    });
  const rest = async () => {
    if (!(await world.time.run(() => world.fault() !== undefined))) world.broken('it does not come to rest');
  };
  /** Until nothing is left to do, and everything that got lost was looked for. */
  const allRest = async () => {
    await rest();
    // Clocks may have been hours ahead: only then is everything due that they dated.
    world.time.after(jumpsWithin, () => {
      operations.redrive();
      operations.resume();
      void operations.sweepAll();
    });
    await rest();
    operations.redrive();
    operations.resume();
    await rest();
  };
  await allRest();
  if (restoring && world.fault() === undefined) {
    // Whoever was answered before may have been told of what is gone.
    answers.length = 0;
    const goOn = async () => {
      await restoring.restore();
      for (const planned of restoring.planned) {
        await world.time.sleep(200);
        void ask(planned);
      }
    };
    void goOn();
    await allRest();
  }
  const streamsNow = () => new Map(table.streams().map((stream) => [stream, table.commitsOf(stream)] as const));
  const ending = { streams: streamsNow, revisions, sent: bus.sent, rest };
  if (rebuilds && world.fault() === undefined) await endRebuilds(world, rebuilds, ending);
  if (rebuilds && plan.rebuild?.returns && world.fault() === undefined)
    await playReturn(world, rebuilds, plan.rebuild.returns, {
      ending,
      planned: askedAgain(plan),
      ask,
      sweepAll: operations.sweepAll,
    });
  const astray = plan.imports && imported.fault();
  if (astray !== undefined) world.broken(astray);
  const early = world.fault();
  if (early !== undefined) return { counts: world.counts, fault: early };
  const streams = streamsNow();
  const views = new Map(tables.map(({ name, view }) => [name, view.items()]));
  world.count(
    'commits',
    [...streams.values()].reduce((sum, commits) => sum + commits.length, 0),
  );
  const decidersFor = (stream: string): readonly AnyDecider[] =>
    releases.flatMap((manifest) =>
      storedDecidersOf(manifest).filter(({ category }) => category === parseStream(stream)?.category),
    );
  const told = announcedFault(releases, streams, bus.outside);
  if (told !== undefined) world.broken(told);
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
  for (const decider of newest.aggregates) {
    const own = new Map([...states].filter(([stream]) => parseStream(stream)?.category === decider.category));
    const fault = uniqueFault(decider, own);
    if (fault !== undefined) world.broken(fault);
  }
  const reserved = world.fault() === undefined ? await reservationsFault(newest.aggregates, states, streams) : undefined;
  if (reserved !== undefined) world.broken(reserved);
  for (const projection of newest.projections) {
    // Whether it is complete depends on what its rebuilds came to, which has been looked at.
    if (projection.name === rebuilt && placeOf(projection) !== projection.name) continue;
    const fault = viewFault(projection, streams, views.get(placeOf(projection)) ?? []);
    if (fault !== undefined) world.broken(fault);
    const view = tables.find(({ name }) => name === placeOf(projection))?.view;
    const shares = projection.kind === 'shared-rows' && view ? await sharesFault(projection, streams, view) : undefined;
    if (shares !== undefined) world.broken(shares);
  }
  if (world.fault() === undefined) {
    const now = new Date(world.time.now()).toISOString();
    const fault = processesFault(releases, streams, { ...processes, now, count: world.count });
    if (fault !== undefined) world.broken(fault);
  }
  if (world.fault() === undefined)
    for (const invariant of invariants) {
      const fault = invariant({ streams, views, answers });
      if (fault !== undefined) world.broken(fault);
    }
  const fault = world.fault();
  return { counts: world.counts, ...(fault !== undefined && { fault }) };
};
