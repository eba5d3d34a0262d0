import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import type { EachRow, Scheduling } from '../../../engine/schedule/look.ts';
import { routeToSchedule } from '../../../engine/schedule/route.ts';
import { scheduleSettings } from '../../../engine/settings.ts';
import { dynamo } from '../../client/dynamo.ts';
import { systemProofs } from '../../delivery/proofs.ts';
import { sqs, sqsQueue } from '../../delivery/queue.ts';
import { tableOf } from '../../deployed-views.ts';
import { environment } from '../../environment.ts';
import { scheduleProgresses } from '../../schedule/progresses.ts';
import { systemClock } from '../../system.ts';
import { activeRevisions } from '../../view/revisions.ts';
import { viewTable } from '../../view/table.ts';
import { batchHandler, receiving } from '../batch-function.ts';
import { commandingFor, commandPorts } from '../loading.ts';

/** The function of one schedule. */
export const scheduleHandler = (manifest: Manifest) => {
  const { schedules = {}, projections } = manifest;
  const name = environment('SCHEDULE');
  const schedule = schedules[name];
  if (!schedule) throw new Error(`The manifest has no schedule ${name}.`);
  const log = new Logger({ serviceName: `schedule-${name}` });
  const [client, control] = [dynamo(), environment('CONTROL_TABLE')];
  const ports = commandPorts(client, log);
  const targets = new Map(schedule.sends.map((decider) => [decider.category, commandingFor(manifest, ports, decider)]));
  const actives = activeRevisions(client, control);
  const rows = async (): Promise<EachRow | undefined> => {
    const active = schedule.each && (await actives.load(schedule.each.name));
    const view = projections.find((each) => each.name === active?.projection && each.revision === active.revision);
    return view && { revision: view.revision, reader: viewTable(client, tableOf(view)) };
  };
  const scheduling: Scheduling = {
    name,
    schedule,
    target: (category) => targets.get(category),
    rows,
    progresses: scheduleProgresses(client, control),
    clock: systemClock,
    log,
    settings: scheduleSettings,
  };
  const queue = sqsQueue(sqs(), environment('QUEUE_URL'), systemProofs(client, control));
  return batchHandler(receiving(log), (records) => routeToSchedule(scheduling, queue, records));
};
