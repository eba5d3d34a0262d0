import type { Manifest } from '../core/manifest.ts';
import type { AnyProcess } from '../core/process.ts';
import { environment } from './environment.ts';
import { queueBeside } from './queue.ts';

/** A process as it is deployed. */
export type DeployedProcess = Readonly<{ process: AnyProcess; queue: string; queueUrl: string }>;

/** The processes of the manifest with their queues, as the deployment names them in PROCESSES, beside the queue PROCESS_QUEUE_URL; none where it has none. */
export const deployedProcesses = ({ processes = [] }: Manifest): readonly DeployedProcess[] => {
  if (processes.length === 0) return [];
  const queues = JSON.parse(environment('PROCESSES')) as Readonly<Record<string, string>>;
  return processes.flatMap((process) => {
    const queue = queues[process.category];
    return queue === undefined ? [] : [{ process, queue, queueUrl: queueBeside(environment('PROCESS_QUEUE_URL'), queue) }];
  });
};
