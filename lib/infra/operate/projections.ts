import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { performancesName } from '../../core/effect/performances-view.ts';
import { instancesName } from '../../core/process/instances-view.ts';
import type { Publisher } from '../delivery/publisher.ts';
import { letSeeDepth } from '../delivery/queues.ts';
import type { EffectFunction } from '../effect/function.ts';
import type { Api } from '../kit/api.ts';
import { accept, output, stackNameOf } from '../kit/outputs.ts';
import { isProtected } from '../kit/stage.ts';
import { type Common, Step } from '../kit/step.ts';
import type { ProcessManager } from '../process/manager.ts';
import type { Rebuilds } from '../rebuild/rebuilds.ts';
import type { ScheduleRunner } from '../schedule/runner.ts';
import type { EventStore } from '../store/event-store.ts';
import { letFindViews, type Operated } from '../view/find.ts';
import { View } from '../view/view.ts';
import { letKeepActs } from './acts.ts';

type Props = Common &
  Readonly<{
    views: readonly Operated[];
    store: EventStore;
    publisher: Publisher;
    rebuilds: Rebuilds;
    api: Api;
    processes: readonly ProcessManager[];
    effects: readonly EffectFunction[];
    schedules: readonly ScheduleRunner[];
    commands: readonly Readonly<{ functionName: string }>[];
  }>;

/** The categories whose commands' rates are shown: a function has room for the names of so many functions. */
const measuredCategories = 40;

/** /ops/...: for operators, the parked streams and the lag of everything; requests to resume; and rebuilds. */
export class Operations extends Construct {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { views, store, publisher, rebuilds, api, ...common } = props;
    const step = new Step(this, 'Ops', {
      ...common,
      step: 'ops',
      description: 'Tells operators how the projections are, and takes their orders.',
    });
    letFindViews(step, views);
    for (const view of views) view.letOperate(step);
    step.addEnvironment('PUBLISH_FUNCTION', publisher.functionName);
    step.mayReadMetrics();
    api.route('GET', '/ops/projections', step);
    api.route('POST', '/ops/projections/{name}/parked/{stream}/resume', step);
    api.route('GET', '/ops/projections/{name}/acts', step);
    letKeepActs(step, { store, ...common });
    store.letLeadRebuilds(step);
    store.letReadSecret(step, 'proofs');
    store.letEstimate(step);
    rebuilds.letStart(step);
    api.route('GET', '/ops/rebuilds', step);
    api.route('POST', '/ops/rebuilds', step);
    api.route('GET', '/ops/rebuilds/{id}', step);
    api.route('POST', '/ops/rebuilds/{id}/cancel', step);
    api.route('POST', '/ops/projections/{name}/roll-back', step);
    store.letRead(step);
    api.route('GET', '/ops/trace/{correlation}', step);
    api.route('GET', '/ops/model', step);
    api.route('GET', '/ops/streams', step);
    api.route('GET', '/ops/streams/{category}/{id}/stored', step);
    this.letSeeCost(step);
    api.route('GET', '/ops/cost', step);
    this.letSeeFlow(step, props);
    api.route('GET', '/ops/flow', step);
    if (common.settings.console) api.route('GET', '/ops/console/domain.js', step);
    output(this, 'OpsFunction', step.functionName);
    output(this, 'Protected', String(isProtected(common.settings)));
  }

  /** Lets it see which resources the deployment has, the memory of its functions and the indexes of its tables: by these and by metrics it tells what is paid for. */
  private letSeeCost(step: Step): void {
    const stack = Stack.of(this);
    const name = stackNameOf(this);
    // The stacks nested in it, its functions and its tables have names that begin with its own.
    const stacks = stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${name}*/*` });
    const functions = stack.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: `${name}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    step.may(['cloudformation:ListStackResources'], [stacks]);
    const tables = stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: `${name}*` });
    step.may(['lambda:GetFunctionConfiguration'], [functions]);
    step.may(['dynamodb:DescribeTable'], [tables]);
    for (const [service, resource] of [
      ['cloudformation', `stack/${name}*/*`],
      ['lambda', `function:${name}*`],
      ['dynamodb', `table/${name}*`],
    ])
      accept(step.role!, {
        [`IAM5[Resource::arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${resource}]`]:
          'It lists the resources of its own stack and of those nested in it, which are named when they are made; it reads no data of them.',
      });
  }

  /** Lets it see how all consumers are, also those that others operate, and what stands still there. It may order nothing of them. */
  private letSeeFlow(step: Step, { views, store, api, processes, effects, schedules, commands }: Props): void {
    const others = { PROCESS: processes, EFFECT: effects, SCHEDULE: schedules };
    for (const [name, consumers] of Object.entries(others)) {
      const [first] = consumers;
      if (first) step.addEnvironment(`${name}_QUEUE_URL`, first.delivery.queue.queueUrl);
      for (const { delivery } of consumers) letSeeDepth(step, delivery);
    }
    const shown = [...(processes.length > 0 ? [instancesName] : []), ...(effects.length > 0 ? [performancesName] : [])];
    for (const view of views) if (view instanceof View && shown.includes(view.projection.name)) view.letQuery(step);
    store.letReadActives(step);
    if (effects.length > 0) store.letReadCircuits(step);
    if (schedules.length > 0) store.letReadSchedules(step);
    step.addEnvironment('API_ID', api.http.apiId);
    step.addEnvironment(
      'COMMAND_FUNCTIONS',
      commands
        .slice(0, measuredCategories)
        .map((each) => each.functionName)
        .join(' '),
    );
  }
}
