import { revisionKey } from '../../core/deployed-names.ts';
import { stackNameOf } from '../kit/outputs.ts';
import type { Step } from '../kit/step.ts';
import type { View } from './view.ts';

/** Consumers that operators see and the sweep repairs: the views, and the sender of public events. */
export type Operated = Pick<View, 'projection' | 'code' | 'delivery' | 'letSweep' | 'letOperate'>;

/** The variables from which a function knows all of them: the stack's name, from which theirs follow, and one queue's URL, whose neighbours all others are. */
export const letFindViews = (step: Step, views: readonly Operated[]): void => {
  step.addEnvironment('STACK', stackNameOf(step));
  const codes = views.flatMap(({ projection, code }) => (code === undefined ? [] : [[revisionKey(projection), code]]));
  step.addEnvironment('ROW_CODES', JSON.stringify(Object.fromEntries(codes)));
  const [first] = views;
  if (first) step.addEnvironment('QUEUE_URL', first.delivery.queue.queueUrl);
};
