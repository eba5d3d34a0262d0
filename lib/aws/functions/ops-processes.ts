import { Logger } from '@aws-lambda-powertools/logger';
import type { Manifest } from '../../core/manifest.ts';
import { processDecider } from '../../core/process/decider.ts';
import { instancesName } from '../../core/process/instances-view.ts';
import { keptFor } from '../../engine/kept-for.ts';
import type { ProcessOperating } from '../../engine/operate/processes.ts';
import type { Revisions } from '../../engine/query/revision.ts';
import { progressOf } from '../../engine/rebuild/operator/report.ts';
import { answerProcesses } from '../../http/processes.ts';
import { systemProofs } from '../delivery/proofs.ts';
import { sqs, sqsQueue } from '../delivery/queue.ts';
import { deployedProcesses } from '../deployed-processes.ts';
import { tableOf } from '../deployed-views.ts';
import { revisionTables } from '../deployment/deployments.ts';
import { dynamo } from '../dynamo.ts';
import { environment } from '../environment.ts';
import { cloudWatchAges } from '../operate/ages.ts';
import { rebuildRecords } from '../rebuild/records.ts';
import { systemClock } from '../system.ts';
import { activeRevisions } from '../view/revisions.ts';
import { viewTable } from '../view/table.ts';
import { httpFunction } from './http-function.ts';
import { loadingFor } from './loading.ts';

export const opsProcessesHandler = (manifest: Manifest) => {
  const [client, queues, control] = [dynamo(), sqs(), environment('CONTROL_TABLE')];
  const proofs = systemProofs(client, control);
  const log = new Logger({ serviceName: 'ops-processes' });
  const loading = loadingFor(client, log);
  const instances: Revisions = {
    deployed: manifest.projections
      .filter(({ name }) => name === instancesName)
      .map((projection) => ({ projection, reader: viewTable(client, tableOf(projection)), clock: systemClock })),
    active: keptFor(systemClock, activeRevisions(client, control).load),
    built: keptFor(systemClock, progressOf(rebuildRecords(client, control))),
    tableOf: revisionTables(client, control, systemClock),
  };
  const operating: ProcessOperating = {
    processes: deployedProcesses(manifest).map(({ process, queue, queueUrl }) => ({
      process,
      queueName: queue,
      queue: sqsQueue(queues, queueUrl, proofs),
      loading: loading(processDecider(process)),
    })),
    instances,
    // Without a publisher: only queues are measured.
    ages: cloudWatchAges('', systemClock),
    log,
  };
  return httpFunction(log, (request) => answerProcesses(operating, request));
};
