import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { announcersOf, isAnnounced } from '../../../core/announcer.ts';
import type { AnyEffect } from '../../../core/effect/effect.ts';
import type { Manifest } from '../../../core/manifest.ts';
import type { AnyProjection } from '../../../core/projection.ts';
import { type LookingAtNew, lookAtNew } from '../../../engine/operate/sweep/look.ts';
import { type Sweeping, type Swept, sweep } from '../../../engine/operate/sweep.ts';
import { effectTarget } from '../../../engine/operate/sweep-effects.ts';
import { type Lettered, sayDeadLetters } from '../../../engine/operate/sweep-letters.ts';
import { processTargets, type SweptProcess, sendOverdue } from '../../../engine/operate/sweep-processes.ts';
import { sendOverdueTimes } from '../../../engine/operate/sweep-schedules.ts';
import { targetOf } from '../../../engine/operate/sweep-target.ts';
import type { Log, Proofs, Queue } from '../../../engine/ports.ts';
import { scheduleSettings, sweepSettings } from '../../../engine/settings.ts';
import { kindOf, withCursors } from '../../../engine/view/kinds/index.ts';
import { knownPhase } from '../../../engine/view/phase.ts';
import type { Phases } from '../../../engine/view/ports.ts';
import { dynamo } from '../../client/dynamo.ts';
import { systemProofs } from '../../delivery/proofs.ts';
import { plainQueue, sqs, sqsQueue, viewQueue } from '../../delivery/queue.ts';
import { deployedEffects } from '../../deployed-effects.ts';
import { deployedProcesses } from '../../deployed-processes.ts';
import { deployedSchedules } from '../../deployed-schedules.ts';
import { type DeployedView, deployedViews } from '../../deployed-views.ts';
import { environment } from '../../environment.ts';
import { processHeads, viewHeads } from '../../operate/heads.ts';
import { sweepPlaces } from '../../operate/sweep-places.ts';
import { openDeadlines } from '../../process/former-deadlines.ts';
import { sourceCursors } from '../../process/source-cursors.ts';
import { scheduleProgresses } from '../../schedule/progresses.ts';
import { commitScanner } from '../../store/commit-scanner.ts';
import { commitStore } from '../../store/commit-store.ts';
import { systemClock } from '../../system.ts';
import { revisionPhases } from '../../view/revisions.ts';
import { viewTable } from '../../view/table.ts';
import { batchHandler, receiving } from '../batch-function.ts';

/** An operator who knows that no message is in flight may sweep without the grace period: `{"graceSeconds": 0}`. */
type Ask = Readonly<{ graceSeconds?: number }>;

/** A batch of the journal. */
const isBatch = (asked: Ask | SQSEvent): asked is SQSEvent => 'Records' in asked;

type Consumers = Readonly<{
  views: readonly Readonly<{ subscription: Readonly<{ name: string }>; group?: string; queue: Queue }>[];
  processes: readonly SweptProcess[];
  effects: readonly Readonly<{ effect: AnyEffect; queue: Queue }>[];
  schedules: readonly Lettered[];
}>;

/** Everything that has dead letters, by name: a group once. */
const letteredAs = ({ views, processes, effects, schedules }: Consumers): readonly Lettered[] => [
  ...views
    .filter(({ group }, i) => group === undefined || views.findIndex((each) => each.group === group) === i)
    .map(({ subscription, group, queue }) => ({ name: group ?? subscription.name, queue })),
  ...processes.map(({ process, queue }) => ({ name: process.category, queue })),
  ...effects.map(({ effect, queue }) => ({ name: effect.name, queue })),
  ...schedules,
];

/** A live revision stays live, so it is read only once. */
const isBuilding = (phases: Pick<Phases, 'load'>, { projection }: DeployedView) => {
  const phase = knownPhase(phases, projection, systemClock);
  return async () => (await phase({ now: true })) === 'building';
};

const say = (log: Log, found: Pick<Swept, 'lagging'>): void =>
  found.lagging > 0 ? log.warn('Some commits had not arrived.', found) : log.info('Swept.', found);

/** Looks at what the journal has had for some time. */
const lookHandler = (looking: LookingAtNew & Readonly<{ log: Log }>) =>
  batchHandler(receiving(looking.log), async (records) => {
    const { failed, ...looked } = await lookAtNew(looking, records);
    say(looking.log, looked);
    return failed;
  });

/** The cursors of a view: many at once, where they are all in heads. */
const cursorsIn = (client: DynamoDBClient, projection: AnyProjection, table: string) => ({
  head: withCursors(projection, viewTable(client, table)).head,
  ...(kindOf(projection).hasHeads && { heads: viewHeads(client, table) }),
});

type Reached = Readonly<{ client: DynamoDBClient; queues: SQSClient; proofs: Proofs }>;

/** A view as the sweep looks at it, and sends to it. */
const subscriberIn =
  ({ client, queues, proofs }: Reached) =>
  (view: DeployedView) => ({
    subscription: view.projection,
    view: cursorsIn(client, view.projection, view.table),
    queue: viewQueue(queues, view, proofs),
    ...(view.group !== undefined && { group: view.group }),
  });

/** The deadlines of processes: those that are late are sent in each run, and those that nobody is sent are told after each pass. */
const deadlinesOf = (client: DynamoDBClient, processes: readonly SweptProcess[], log: Log) => {
  if (processes.length === 0) return undefined;
  const tables = { deadlines: environment('DEADLINES_TABLE'), control: environment('CONTROL_TABLE') };
  const deadlines = openDeadlines(client, tables);
  const looking = { processes, deadlines, turns: new Map<string, string>(), log };
  const known = processes.map(({ process }) => process.category);
  return {
    send: (before: string): Promise<number> => sendOverdue(looking, before),
    sayLeft: async (): Promise<void> => {
      const others = await deadlines.ofOthers(known);
      if (Object.keys(others).length > 0) log.warn('Deadlines of undeployed processes are left.', { deadlines: others });
    },
  };
};

/** One run of the pass over the table, or looks at what the journal has. */
export const sweepHandler = (manifest: Manifest) => {
  const client = dynamo();
  const queues = sqs();
  const log = new Logger({ serviceName: 'sweep' });
  const proofs = systemProofs(client, environment('CONTROL_TABLE'));
  const subscriber = subscriberIn({ client, queues, proofs });
  const [commits, control] = [environment('COMMITS_TABLE'), environment('CONTROL_TABLE')];
  const phases = revisionPhases(client, control);
  const reading = { store: commitStore(client, commits), clock: systemClock };
  const processes = deployedProcesses(manifest).map(
    ({ process, queueUrl }): SweptProcess => ({
      process,
      cursors: { ...sourceCursors(client, control, process.category), heads: processHeads(client, control, process.category) },
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
    // Of a table that came back under the same name it is another one.
    table: environment('COMMITS_STREAM'),
    scanner: commitScanner(client, commits),
    store: reading.store,
    places: sweepPlaces(client, control),
    targets: [
      ...views.map((deployed) => targetOf({ ...subscriber(deployed), isBuilding: isBuilding(phases, deployed) })),
      // They skip imported commits, and commits from before their type was public.
      ...announcers.map((deployed) => targetOf({ ...subscriber(deployed), isFor: isAnnounced(manifest) })),
      ...processes.flatMap((process) => processTargets(process, reading)),
      ...effects.map((effect) => effectTarget(effect, reading)),
    ],
    clock: systemClock,
    log,
    settings: sweepSettings,
  };
  const deadlines = deadlinesOf(client, processes, log);
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
  const journal = plainQueue(queues, environment('QUEUE_URL'));
  const lettered = [
    ...letteredAs({ views: [...views, ...announcers].map(subscriber), processes, effects, schedules }),
    { name: 'journal of the sweep', queue: journal },
  ];
  const look = lookHandler({ ...sweeping, store: reading.store, journal });
  const run = async ({ graceSeconds }: Ask): Promise<Swept & Readonly<{ overdue: number }>> => {
    const grace = graceSeconds === undefined ? {} : { graceMilliseconds: graceSeconds * 1_000 };
    const late = systemClock.now() - (grace.graceMilliseconds ?? sweepSettings.graceMilliseconds);
    // In each run, and first: deadlines are few, and depend on nothing else.
    const overdue = (await deadlines?.send(new Date(late).toISOString())) ?? 0;
    await sendOverdueTimes(overdueTimes, grace.graceMilliseconds);
    await sayDeadLetters(lettered, log, systemClock.now());
    const swept = { ...(await sweep(sweeping, grace)), overdue };
    if (swept.passEnded) await deadlines?.sayLeft();
    if (overdue > 0) log.warn('Some deadlines had not fired.', { overdue });
    say(log, swept);
    return swept;
  };
  return (asked: Ask | SQSEvent, invocation: Context): Promise<Awaited<ReturnType<typeof run>> | SQSBatchResponse> =>
    isBatch(asked) ? look(asked, invocation) : run(asked);
};
