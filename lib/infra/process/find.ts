import { letSendTo } from '../delivery/queues.ts';
import { stackNameOf } from '../kit/outputs.ts';
import type { Step } from '../kit/step.ts';
import type { ProcessManager } from './manager.ts';

/** The variables from which a function knows all processes: the stack's name, from which theirs follow, and one queue's URL, whose neighbours all others are. */
export const letFindProcesses = (step: Step, managers: readonly ProcessManager[]): void => {
  const [first] = managers;
  if (!first) return;
  step.addEnvironment('STACK', stackNameOf(step));
  step.addEnvironment('PROCESS_QUEUE_URL', first.delivery.queue.queueUrl);
  for (const manager of managers) letSendTo(step, manager.delivery);
};
