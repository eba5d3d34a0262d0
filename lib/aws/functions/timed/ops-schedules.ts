import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../../core/manifest.ts';
import type { ScheduleOperating } from '../../../engine/operate/schedules.ts';
import { answerSchedules } from '../../../http/operate/schedules.ts';
import { dynamo } from '../../client/dynamo.ts';
import { systemProofs } from '../../delivery/proofs.ts';
import { sqs, sqsQueue } from '../../delivery/queue.ts';
import { deployedSchedules } from '../../deployed-schedules.ts';
import { environment } from '../../environment.ts';
import { cloudWatchAges } from '../../operate/ages.ts';
import { queueName } from '../../queue-name.ts';
import { scheduleProgresses } from '../../schedule/progresses.ts';
import { systemClock } from '../../system.ts';
import { httpFunction } from '../http-function.ts';

export const opsSchedulesHandler = (manifest: Manifest) => {
  const [client, queues, control] = [dynamo(), sqs(), environment('CONTROL_TABLE')];
  const proofs = systemProofs(client, control);
  const log = new Logger({ serviceName: 'ops-schedules' });
  const operating: ScheduleOperating = {
    schedules: deployedSchedules(manifest).map(({ queueUrl, ...each }) => ({
      ...each,
      queueName: queueName(queueUrl),
      queue: sqsQueue(queues, queueUrl, proofs),
    })),
    progresses: scheduleProgresses(client, control),
    // Without a publisher: only queues are measured.
    ages: cloudWatchAges('', systemClock),
    clock: systemClock,
    log,
  };
  return httpFunction({ manifest, logger: log }, (request) => answerSchedules(operating, request));
};
