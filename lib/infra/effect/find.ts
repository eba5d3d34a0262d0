import { letSendTo } from '../delivery/queues.ts';
import { stackNameOf } from '../kit/outputs.ts';
import type { Step } from '../kit/step.ts';
import type { EffectFunction } from './function.ts';

/** The variables from which a function knows all effects: the stack's name, from which theirs follow, and one queue's URL, whose neighbours all others are. */
export const letFindEffects = (step: Step, effects: readonly EffectFunction[]): void => {
  const [first] = effects;
  if (!first) return;
  step.addEnvironment('STACK', stackNameOf(step));
  step.addEnvironment('EFFECT_QUEUE_URL', first.delivery.queue.queueUrl);
  for (const effect of effects) letSendTo(step, effect.delivery);
};
