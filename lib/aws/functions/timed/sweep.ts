import { Logger } from '@aws-lambda-powertools/logger';
import { announcersOf, isAnnounced } from '../../../core/announcer.ts';
import type { AnyEffect } from '../../../core/effect/effect.ts';
import type { Manifest } from '../../../core/manifest.ts';
import { type Sweeping, type Swept, sweep } from '../../../engine/operate/sweep.ts';
import { effectTarget } from '../../../engine/operate/sweep-effects.ts';
import { type Lettered, sayDeadLetters } from '../../../engine/operate/sweep-letters.ts';
import { processTargets, type SweptProcess, sendOverdue } from '../../../engine/operate/sweep-processes.ts';
import { sendOverdueTimes } from '../../../engine/operate/sweep-schedules.ts';
import { targetOf } from '../../../engine/operate/sweep-target.ts';
import type { Queue } from '../../../engine/ports.ts';
import { scheduleSettings, sweepSettings } from '../../../engine/settings.ts';
import { knownPhase } from '../../../engine/view/phase.ts';
import { systemProofs } from '../../delivery/proofs.ts';
import { sqs, sqsQueue } from '../../delivery/queue.ts';
import { deployedEffects } from '../../deployed-effects.ts';
import { deployedProcesses } from '../../deployed-processes.ts';
import { deployedSchedules } from '../../deployed-schedules.ts';
import { type DeployedView, deployedViews } from '../../deployed-views.ts';
import { dynamo } from '../../dynamo.ts';
import { environment } from '../../environment.ts';
import { sweepPlaces } from '../../operate/sweep-places.ts';
import { deadlineItems } from '../../process/deadlines.ts';
import { sourceCursors } from '../../process/source-cursors.ts';
import { scheduleProgresses } from '../../schedule/progresses.ts';
import { commitScanner } from '../../store/commit-scanner.ts';
import { commitStore } from '../../store/commit-store.ts';
import { systemClock } from '../../system.ts';
import { revisionPhases } from '../../view/revisions.ts';
import { viewTable } from '../../view/table.ts';

/** An operator who knows that no message is in flight may sweep without the grace period: `{"graceSeconds": 0}`. */
type Ask = Readonly<{ graceSeconds?: number }>;

type Consumers = Readonly<{
  views: readonly Readonly<{ subscription: Readonly<{ name: string }>; queue: Queue }>[];
  processes: readonly SweptProcess[];
  effects: readonly Readonly<{ effect: AnyEffect; queue: Queue }>[];
  schedules: readonly Lettered[];
}>;

/** Everything that has dead letters, by name. */
const letteredAs = ({ views, processes, effects, schedules }: Consumers): readonly Lettered[] => [
  ...views.map(({ subscription: { name }, queue }) => ({ name, queue })),
  ...processes.map(({ process, queue }) => ({ name: process.category, queue })),
  ...effects.map(({ effect, queue }) => ({ name: effect.name, queue })),
  ...schedules,
];

/** One run of the sweep. */
export const sweepHandler = (manifest: Manifest) => {
  const client = dynamo();
  const queues = sqs();
  const log = new Logger({ serviceName: 'sweep' });
  const proofs = systemProofs(client, environment('CONTROL_TABLE'));
  const subscriber = ({ projection, table, queueUrl }: DeployedView) => ({
    subscription: projection,
    view: viewTable(client, table),
    queue: sqsQueue(queues, queueUrl, proofs),
  });
  const [commits, control] = [environment('COMMITS_TABLE'), environment('CONTROL_TABLE')];
  const phases = revisionPhases(client, control);
  // A live revision stays live, so it is read only once.
  const isBuilding = ({ projection }: DeployedView) => {
    const phase = knownPhase(phases, projection, systemClock);
    return async () => (await phase({ now: true })) === 'building';
  };
  const reading = { store: commitStore(client, commits), clock: systemClock };
  const processes = deployedProcesses(manifest).map(
    ({ process, queueUrl }): SweptProcess => ({
      process,
      cursors: sourceCursors(client, control, process.category),
      queue: sqsQueue(queues, queueUrl, proofs),
    }),
  );
  const views = deployedViews(manifest);
  const announcers = deployedViews({ ...manifest, projections: announcersOf(manifest) });
  const effects = deployedEffects(manifest).map(({ effect, queueUrl }) => ({
    effect,
    queue: sqsQueue(queues, queueUrl, proofs),
  }));
  const sweeping: Sweeping = {
    table: commits,
    scanner: commitScanner(client, commits),
    store: reading.store,
    places: sweepPlaces(client, control),
    targets: [
      ...views.map((deployed) => targetOf({ ...subscriber(deployed), isBuilding: isBuilding(deployed) })),
      // They skip imported commits, and commits from before their type was public.
      ...announcers.map((deployed) => targetOf({ ...subscriber(deployed), isFor: isAnnounced(manifest) })),
      ...processes.flatMap((process) => processTargets(process, reading)),
      ...effects.map((effect) => effectTarget(effect, reading)),
    ],
    clock: systemClock,
    log,
    settings: sweepSettings,
  };
  const deadlines = deadlineItems(client, control);
  const looking = { processes, deadlines, turns: new Map<string, string>(), log };
  const schedules = deployedSchedules(manifest).map(({ queueUrl, ...each }) => ({
    ...each,
    queue: sqsQueue(queues, queueUrl, proofs),
  }));
  const overdueTimes = {
    schedules,
    progresses: scheduleProgresses(client, control),
    clock: systemClock,
    log,
    settings: scheduleSettings,
  };
  const lettered = letteredAs({ views: [...views, ...announcers].map(subscriber), processes, effects, schedules });
  const known = processes.map(({ process }) => process.category);
  return async ({ graceSeconds }: Ask): Promise<Swept & Readonly<{ overdue: number }>> => {
    const grace = graceSeconds === undefined ? {} : { graceMilliseconds: graceSeconds * 1_000 };
    const late = systemClock.now() - (grace.graceMilliseconds ?? sweepSettings.graceMilliseconds);
    // In each run, and first: deadlines are few, and depend on nothing else.
    const overdue = processes.length === 0 ? 0 : await sendOverdue(looking, new Date(late).toISOString());
    await sendOverdueTimes(overdueTimes, grace.graceMilliseconds);
    await sayDeadLetters(lettered, log, systemClock.now());
    const swept = { ...(await sweep(sweeping, grace)), overdue };
    const others = swept.passEnded && processes.length > 0 ? await deadlines.ofOthers(known) : {};
    if (Object.keys(others).length > 0) log.warn('Deadlines of undeployed processes are left.', { deadlines: others });
    if (overdue > 0) log.warn('Some deadlines had not fired.', { overdue });
    if (swept.lagging > 0) log.warn('Some commits had not arrived.', swept);
    else log.info('Swept.', swept);
    return swept;
  };
};
