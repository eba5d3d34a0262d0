import type { Manifest } from '../../core/manifest.ts';
import { FromNewerRelease } from '../../core/version.ts';
import { checkAtRest, type Invariant } from './checks/at-rest.ts';
import { type Answered, type Clients, sendCommand } from './clients.ts';
import { foreignHistory, simulatedImport } from './imports.ts';
import { checkSubjects } from './personal/at-rest.ts';
import type { Plan, Planned } from './plan.ts';
import { type Reading, readBack } from './readers.ts';
import { endRebuilds } from './rebuild/end.ts';
import { walk } from './rebuild/readers.ts';
import { askedAgain, playReturn } from './rebuild/returns.ts';
import { revisionsOf, withSecondRevision } from './rebuild/second-revision.ts';
import { simulatedRestore } from './restores.ts';
import { releasesOf, type Subject, type Tamper } from './world/engine.ts';
import { type System, system } from './world/system.ts';
import { newWorld, type World } from './world/world.ts';

export type Outcome = Readonly<{ fault?: string; counts: Readonly<Record<string, number>> }>;

/** The time in which faults happen; all commands are sent within it. */
const rough = 4_000;

/** No clock jumps further. */
const jumpsWithin = 3 * 3_600_000;

/** A simulated schedule has a time at least so often. */
const untilNextTime = 3_600_000;

/** Which releases a plan deploys, and which of their views it rebuilds. */
const deploymentOf = (subject: Subject, plan: Plan) => {
  const releases = releasesOf(subject);
  // The code that runs in the end.
  const newest: Manifest = plan.rollout ? releases.at(-1)! : releases[0];
  const rebuilt = plan.rebuild && newest.projections[plan.rebuild.view % newest.projections.length]?.name;
  const deployed = plan.rebuild && rebuilt !== undefined ? withSecondRevision(releases, rebuilt, plan.rebuild) : releases;
  const revisions = revisionsOf([plan.rollout ? deployed.at(-1)! : deployed[0]!]).filter(({ name }) => name === rebuilt);
  return { releases, newest, rebuilt, deployed, revisions };
};

type Deployment = ReturnType<typeof deploymentOf>;

/** The clients: each sends its commands, and reads its own writes where the plan says so. */
const clientsOf = (world: World, { newest, revisions }: Deployment, { engine, table, pools, ...deployed }: System) => {
  const { rebuilds, placeOf, send } = deployed;
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
    stored: () => table.log().length,
    answered: (answered) => answers.push(answered),
    expected: (cause) => cause instanceof FromNewerRelease,
  };
  const ask = async (planned: Planned, twin = false): Promise<void> => {
    const answer = await sendCommand(clients, planned, twin);
    if (planned.reads && answer?.outcome === 'committed') await readBack(reading, answer.commit);
  };
  return { ask, answers };
};

type Ask = ReturnType<typeof clientsOf>['ask'];

/** Puts what happens by itself on the timeline: commands, runs of the sweep, orders to resume, the end of faults, rebuilds and their readers. */
const schedule = (world: World, plan: Plan, { table, rebuilds, sweep, resume }: System, ask: Ask): void => {
  for (const planned of plan.commands)
    world.time.after(planned.at, () => {
      void ask(planned);
      if (planned.twin) void ask(planned, true);
    });
  for (const at of [1_200, 2_100, 3_300]) world.time.after(at, () => void sweep());
  for (const at of [900, 1_400, 1_900, 2_400, 2_900]) world.time.after(at, resume);
  world.time.after(rough, world.calm);
  rebuilds?.begin();
  for (const at of rebuilds ? (plan.rebuild?.walks ?? []) : []) world.time.after(at, () => void walk(world, rebuilds!, table));
};

const rest = async (world: World): Promise<void> => {
  if (!(await world.time.run(() => world.fault() !== undefined))) world.broken('it does not come to rest');
};

/** Until nothing is left to do, and everything that got lost was looked for. */
const allRest = async (world: World, { redrive, resume, sweepAll, schedules }: System): Promise<void> => {
  await rest(world);
  // Clocks may have been hours ahead: only then is everything due that they dated.
  world.time.after(jumpsWithin, () => {
    redrive();
    resume();
    void sweepAll();
  });
  await rest(world);
  redrive();
  resume();
  await rest(world);
  if (schedules.parts.length === 0) return;
  // Rows that the sweep has repaired have their turn at the next time.
  world.time.after(untilNextTime, () => void sweepAll());
  await rest(world);
};

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
  const deployment = deploymentOf(subject, plan);
  const { releases, newest, rebuilt, revisions } = deployment;
  const deployed = system(world, deployment.deployed, tamper, {
    pageSize: plan.pageSize,
    subjects: plan.subjects,
    lagging: plan.odds.stale > 0,
    ...(plan.rebuild && rebuilt !== undefined && { rebuild: { ...plan.rebuild, name: rebuilt } }),
  });
  const { engine, table, store, views, announcer, bus, processes, effects, schedules, rebuilds, placeOf, places, sweepAll } =
    deployed;
  const { ask, answers } = clientsOf(world, deployment, deployed);
  schedule(world, plan, deployed, ask);
  const { subjects, erasures, snapshots } = deployed;
  subjects?.begin(table.log);
  erasures?.begin();
  const lines = plan.imports ? await foreignHistory(releases[0], plan.imports, subjects?.sealing) : [];
  const imported = simulatedImport(world, { engine, table, store, lines });
  if (plan.imports) world.time.after(plan.imports.at, () => void imported.begin());
  const restoring =
    plan.restore &&
    simulatedRestore(world, plan.restore, {
      engine,
      table,
      processes,
      effects,
      schedules,
      announcer,
      newest,
      views,
      outside: bus.outside,
      places,
    });
  await allRest(world, deployed);
  if (restoring && world.fault() === undefined) {
    // An earlier answer may be about commits that are gone.
    answers.length = 0;
    const goOn = async () => {
      await restoring.restore();
      for (const planned of restoring.planned) {
        await world.time.sleep(200);
        void ask(planned);
      }
    };
    void goOn();
    await allRest(world, deployed);
  }
  const streamsNow = () => new Map(table.streams().map((stream) => [stream, table.commitsOf(stream)] as const));
  const ending = { streams: streamsNow, revisions, sent: bus.sent, rest: () => rest(world) };
  if (rebuilds && world.fault() === undefined) await endRebuilds(world, rebuilds, ending);
  if (rebuilds && plan.rebuild?.returns && world.fault() === undefined)
    await playReturn(world, rebuilds, plan.rebuild.returns, { ending, planned: askedAgain(plan), ask, sweepAll });
  const astray = plan.imports && imported.fault();
  if (astray !== undefined) world.broken(astray);
  if (world.fault() === undefined)
    await checkAtRest(world, {
      ...{ releases, newest, rebuilt, placeOf, processes, effects, schedules, invariants, answers },
      restored: restoring !== undefined,
      ...{ streams: streamsNow(), log: table.log(), tables: views, outside: bus.outside },
    });
  // What was recorded before a table was restored may be gone with it; the tombstone is not.
  const unrecorded = restoring ? undefined : erasures?.fault(table.commitsOf);
  if (unrecorded !== undefined) world.broken(unrecorded);
  if (subjects && world.fault() === undefined)
    await checkSubjects(world, subjects, {
      commits: table.streams().flatMap(table.commitsOf),
      derived: [...views.flatMap(({ view }) => view.items()), ...[...snapshots.items.values()].map((text) => JSON.parse(text))],
      answers,
    });
  const fault = world.fault();
  return { counts: world.counts, ...(fault !== undefined && { fault }) };
};
