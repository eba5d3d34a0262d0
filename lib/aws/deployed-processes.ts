import { processName } from '../core/deployed-names.ts';
import type { Manifest } from '../core/manifest.ts';
import type { AnyProcess } from '../core/process/process.ts';
import { environment } from './environment.ts';
import { queueBeside } from './queue-name.ts';

/** A process as it is deployed. */
export type DeployedProcess = Readonly<{ process: AnyProcess; queue: string; queueUrl: string }>;

/** The processes of the manifest with their queues, beside the queue at PROCESS_QUEUE_URL. */
export const deployedProcesses = ({ processes = [] }: Manifest): readonly DeployedProcess[] =>
  processes.map((process) => {
    const queue = processName(environment('STACK'), process);
    return { process, queue, queueUrl: queueBeside(environment('PROCESS_QUEUE_URL'), queue) };
  });
