import { Construct } from 'constructs';
import { type Delivery, letPutBack } from '../delivery/queues.ts';
import type { EffectFunction } from '../effect/function.ts';
import type { Api } from '../kit/api.ts';
import { output, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { ProcessManager } from '../process/manager.ts';
import type { ScheduleRunner } from '../schedule/runner.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Operated } from '../view/find.ts';
import { letKeepActs } from './acts.ts';

type Props = Common &
  Readonly<{
    views: readonly Operated[];
    processes: readonly ProcessManager[];
    effects: readonly EffectFunction[];
    schedules: readonly ScheduleRunner[];
    store: EventStore;
    api: Api;
  }>;

/**
 * /ops/dead-letters...: for operators, what is among the dead letters of each consumer, and putting them back. It may put messages into every queue, so it is a
 * function of its own, without the key of proofs: what it makes up no consumer believes.
 */
export class DeadLetterOperations extends Construct {
  constructor(scope: Construct, id: string, { views, processes, effects, schedules, store, api, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Ops', {
      ...common,
      step: 'ops-dead-letters',
      description: 'Shows operators dead letters, and puts them back into their queues.',
    });
    step.addEnvironment('STACK', stackNameOf(step));
    const kinds = { QUEUE_URL: views, PROCESS_QUEUE_URL: processes, EFFECT_QUEUE_URL: effects, SCHEDULE_QUEUE_URL: schedules };
    const deliveries = new Set<Delivery>();
    for (const [variable, consumers] of Object.entries(kinds)) {
      const [first] = consumers;
      if (first) step.addEnvironment(variable, first.delivery.queue.queueUrl);
      for (const { delivery } of consumers) deliveries.add(delivery);
    }
    for (const delivery of deliveries) letPutBack(step, delivery);
    letKeepActs(step, { store, ...common });
    api.route('GET', '/ops/dead-letters', step);
    api.route('GET', '/ops/dead-letters/{kind}/{name}', step);
    api.route('POST', '/ops/dead-letters/{kind}/{name}/redrive', step);
    output(this, 'DeadLetterOpsFunction', step.functionName);
  }
}
