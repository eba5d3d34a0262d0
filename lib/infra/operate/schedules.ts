import { Construct } from 'constructs';
import { scheduleOrders, timeOrders } from '../../core/schedule/orders.ts';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import { letFindSchedules, type ScheduleRunner } from '../schedule/runner.ts';
import type { EventStore } from '../store/event-store.ts';

type Props = Common & Readonly<{ schedules: readonly ScheduleRunner[]; store: EventStore; api: Api }>;

/** /ops/schedules...: for operators, how the schedules are, and orders to pause them, to run a time and to skip one. */
export class ScheduleOperations extends Construct {
  constructor(scope: Construct, id: string, { schedules, store, api, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Ops', {
      ...common,
      step: 'ops-schedules',
      description: 'Tells operators how the schedules are, and takes their orders.',
    });
    letFindSchedules(step, schedules);
    store.letReadSchedules(step, ['PutItem']);
    store.letReadSecret(step, 'proofs');
    step.mayReadMetrics();
    api.route('GET', '/ops/schedules', step);
    for (const order of [...scheduleOrders, ...timeOrders]) api.route('POST', `/ops/schedules/{schedule}/${order}`, step);
    output(this, 'ScheduleOpsFunction', step.functionName);
  }
}
