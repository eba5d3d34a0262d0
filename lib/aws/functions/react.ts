import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AnyDecider } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { processDecider } from '../../core/process/decider.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { stateCache } from '../../engine/command/cache.ts';
import type { Commanding } from '../../engine/command/request.ts';
import type { Proofs } from '../../engine/ports.ts';
import type { Reacting } from '../../engine/process/react.ts';
import { routeToProcess } from '../../engine/process/route.ts';
import { defaultSettings, processSettings } from '../../engine/settings.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sendTo, sqs } from '../delivery/queue.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { deadlineItems } from '../process/deadlines.ts';
import { eventBridgeScheduler, schedulerClient } from '../process/scheduler.ts';
import { sourceCursors } from '../process/source-cursors.ts';
import { commitStore } from '../store/commit-store.ts';
import { snapshotStore } from '../store/snapshot-store.ts';
import { systemClock, systemKeys } from '../system.ts';
import { batchHandler, receiving } from './batch-function.ts';
import { foldCodes } from './loading.ts';

/** The ports of one process. */
const reactingFor = (process: AnyProcess, log: Logger, client: DynamoDBClient, proofs: Proofs): Reacting => {
  const [queues, control] = [sqs(), environment('CONTROL_TABLE')];
  const codeOf = foldCodes();
  const shared = {
    store: commitStore(client, environment('COMMITS_TABLE')),
    snapshots: snapshotStore(client, environment('SNAPSHOTS_TABLE')),
    keys: systemKeys(client, control),
    clock: systemClock,
    log,
    settings: defaultSettings,
    // One cache for all categories: a stream's name contains its category.
    cache: stateCache(defaultSettings.cacheBytes),
  };
  const commandingOf = (decider: AnyDecider): Commanding => ({ ...shared, decider, code: codeOf(decider.category) });
  const targets = new Map(process.sends.map((decider) => [decider.category, commandingOf(decider)]));
  return {
    process,
    own: commandingOf(processDecider(process)),
    target: (category) => targets.get(category),
    cursors: sourceCursors(client, control, process.category),
    deadlines: deadlineItems(client, control),
    scheduler: eventBridgeScheduler(
      {
        client: schedulerClient(),
        clock: systemClock,
        proofs,
        sendNow: (body) => sendTo(queues, environment('QUEUE_URL'), body),
      },
      { group: environment('SCHEDULE_GROUP'), queueArn: environment('QUEUE_ARN'), role: environment('SCHEDULE_ROLE') },
    ),
    settings: processSettings,
  };
};

/** The function of one process. */
export const reactHandler = ({ processes = [] }: Manifest) => {
  const category = environment('PROCESS');
  const process = processes.find((candidate) => candidate.category === category);
  if (!process) throw new Error(`The manifest has no process ${category}.`);
  const log = new Logger({ serviceName: `react-${category}` });
  const client = dynamo();
  const proofs = systemProofs(client, environment('CONTROL_TABLE'));
  const reacting = reactingFor(process, log, client, proofs);
  return batchHandler(receiving(log), (records) => routeToProcess({ reacting, proofs }, records));
};
