import { Construct } from 'constructs';
import { instancesName } from '../../core/process/instances-view.ts';
import type { Api } from '../kit/api.ts';
import { output } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import { letFindProcesses } from '../process/find.ts';
import type { ProcessManager } from '../process/manager.ts';
import type { EventStore } from '../store/event-store.ts';
import type { View } from '../view/view.ts';

type Props = Common & Readonly<{ views: readonly View[]; processes: readonly ProcessManager[]; store: EventStore; api: Api }>;

/** /ops/processes...: for operators, how the instances of processes are, the whole story of one, and what to do about those that stand still. */
export class ProcessOperations extends Construct {
  constructor(scope: Construct, id: string, { views, processes, store, api, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Ops', {
      ...common,
      step: 'ops-processes',
      description: 'Tells operators how the processes are, and takes their orders.',
    });
    letFindProcesses(step, processes);
    for (const view of views) if (view.projection.name === instancesName) view.letQuery(step);
    store.letReadActives(step);
    store.letReadSecret(step, 'proofs');
    store.letRead(step);
    store.letReadSnapshots(step);
    step.mayReadMetrics();
    api.route('GET', '/ops/processes', step);
    api.route('GET', '/ops/processes/{process}/{instance}', step);
    for (const order of ['retry', 'resume', 'resolve']) api.route('POST', `/ops/processes/{process}/{instance}/${order}`, step);
    output(this, 'ProcessOpsFunction', step.functionName);
  }
}
