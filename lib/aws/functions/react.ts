import { Logger } from '@aws-lambda-powertools/logger';
import type { AnyDecider } from '../../core/decider.ts';
import type { Manifest } from '../../core/manifest.ts';
import { processDecider } from '../../core/process/decider.ts';
import { targetsOf } from '../../core/process/performs.ts';
import { keptCursors } from '../../engine/process/kept-cursors.ts';
import type { Reacting } from '../../engine/process/react.ts';
import { routeToProcess } from '../../engine/process/route.ts';
import { processSettings } from '../../engine/settings.ts';
import { dynamo } from '../client/dynamo.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sendTo, sqs } from '../delivery/queue.ts';
import { environment } from '../environment.ts';
import { openDeadlines } from '../process/former-deadlines.ts';
import { eventBridgeScheduler, schedulerClient } from '../process/scheduler.ts';
import { sourceCursors } from '../process/source-cursors.ts';
import { systemClock } from '../system.ts';
import { batchHandler, receiving } from './batch-function.ts';
import { commandingFor, commandPorts } from './loading.ts';

/** The function of one process. */
export const reactHandler = (manifest: Manifest) => {
  const { processes = [] } = manifest;
  const category = environment('PROCESS');
  const process = processes.find((candidate) => candidate.category === category);
  if (!process) throw new Error(`The manifest has no process ${category}.`);
  const log = new Logger({ serviceName: `react-${category}` });
  const [client, queues, control] = [dynamo(), sqs(), environment('CONTROL_TABLE')];
  const proofs = systemProofs(client, control);
  const ports = commandPorts(client, log);
  const commandingOf = (decider: AnyDecider) => commandingFor(manifest, ports, decider);
  const targets = new Map(targetsOf(process).map((decider) => [decider.category, commandingOf(decider)]));
  const reacting: Reacting = {
    process,
    own: commandingOf(processDecider(process)),
    target: (name) => targets.get(name),
    cursors: sourceCursors(client, control, category),
    kept: keptCursors(systemClock),
    deadlines: openDeadlines(client, { deadlines: environment('DEADLINES_TABLE'), control }),
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
  return batchHandler(receiving(log), (records) => routeToProcess({ reacting, proofs }, records));
};
