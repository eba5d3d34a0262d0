import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { processDecider } from '../../core/process/decider.ts';
import { instancesName } from '../../core/process/instances-view.ts';
import type { ProcessOperating } from '../../engine/operate/processes.ts';
import { answerProcesses } from '../../http/operate/processes.ts';
import { dynamo } from '../client/dynamo.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sqs, sqsQueue } from '../delivery/queue.ts';
import { deployedProcesses } from '../deployed-processes.ts';
import { environment } from '../environment.ts';
import { cloudWatchAges } from '../operate/ages.ts';
import { systemClock } from '../system.ts';
import { httpFunction } from './http-function.ts';
import { loadingFor } from './loading.ts';
import { revisionsIn } from './revisions.ts';

export const opsProcessesHandler = (manifest: Manifest) => {
  const [client, queues, control] = [dynamo(), sqs(), environment('CONTROL_TABLE')];
  const proofs = systemProofs(client, control);
  const log = new Logger({ serviceName: 'ops-processes' });
  const loading = loadingFor(client, log);
  const operating: ProcessOperating = {
    processes: deployedProcesses(manifest).map(({ process, queue, queueUrl }) => ({
      process,
      queueName: queue,
      queue: sqsQueue(queues, queueUrl, proofs),
      loading: loading(processDecider(process)),
    })),
    instances: revisionsIn(client, control)(manifest.projections.filter(({ name }) => name === instancesName)),
    // Without a publisher: only queues are measured.
    ages: cloudWatchAges('', systemClock),
    log,
  };
  return httpFunction({ manifest, logger: log }, (request) => answerProcesses(operating, request));
};
