import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { type CfnStateMachine, DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import { rebuildMachine } from '../../engine/rebuild/machine.ts';
import { consumerTimeout } from '../delivery/queues.ts';
import { moreThan } from '../kit/alarm.ts';
import { accept, output, vendedLogName } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import type { EventStore } from '../store/event-store.ts';
import { letFindViews } from '../view/find.ts';
import { type View, workSeconds } from '../view/view.ts';

/** The lead only writes records and reads queues and the workers' findings. */
const leadSeconds = 60;

type Props = Common & Readonly<{ views: readonly View[]; store: EventStore }>;

/** Builds revisions of views from all history: one state machine for all views, and for each revision a function of its own that does the work. */
export class Rebuilds extends Construct {
  private readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { views, store, ...common }: Props) {
    super(scope, id);
    const lead = new Step(this, 'Lead', {
      ...common,
      step: 'rebuild-lead',
      description: 'Plans rebuilds of views, judges them, and switches.',
      timeout: Duration.seconds(leadSeconds),
    });
    letFindViews(lead, views);
    store.letLeadRebuilds(lead);
    store.letReadSecret(lead, 'proofs');
    for (const arn of new Set(views.map(({ delivery }) => delivery.queue.queueArn))) lead.may(['sqs:SendMessage'], [arn]);
    // A function that believes a revision is being built may run for this long.
    lead.addEnvironment('LIVE_AFTER_SECONDS', String(consumerTimeout.toSeconds()));

    // Not the function's default policy alone: what starts the machine's own children is a policy of its own, which names the machine.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const workers = views.map(({ projection, rebuildFunction }) => ({ projection, functionName: rebuildFunction.functionName }));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [lead.functionArn, ...views.map(({ rebuildFunction }) => rebuildFunction.functionArn)],
      }),
    );
    const definition = rebuildMachine({ leadFunction: lead.functionName, leadSeconds, workers, workSeconds });
    this.machine = new StateMachine(this, 'Machine', {
      comment: 'Rebuilds, replays and audits of views.',
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      role,
      // The history of an execution, without what its states hold: that is in the control table.
      logs: {
        destination: new LogGroup(this, 'Log', {
          logGroupName: vendedLogName(this, 'states', 'rebuilds'),
          retention: common.settings.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
      tracingEnabled: false,
    });
    const children = new Policy(this, 'Children', { roles: [role] });
    children.addStatements(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [this.machine.stateMachineArn] }),
      new PolicyStatement({ actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [this.executions] }),
    );
    accept(this.machine, {
      SF2: 'Nothing here is traced by X-Ray: an execution shows its own steps, and its workers say in their logs which rebuild they work for.',
    });
    accept(role, {
      'IAM5[Resource::*]': 'Step Functions delivers its log by actions that know no resources.',
    });
    this.acceptExecutions(children);
    this.machine.metricFailed({ period: Duration.minutes(5) }).createAlarm(this, 'Failed', {
      alarmDescription: 'A rebuild of a view has failed: GET /ops/rebuilds says why. The old revision answers as before.',
      ...moreThan(0),
    });
    output(this, 'RebuildMachine', this.machine.stateMachineArn);
  }

  /** Starts and stops executions, and asks how they are. */
  letStart(step: Step): void {
    step.addEnvironment('REBUILD_MACHINE', this.machine.stateMachineArn);
    step.may(['states:StartExecution'], [this.machine.stateMachineArn]);
    step.may(['states:DescribeExecution', 'states:StopExecution'], [this.executions]);
    this.acceptExecutions(step.role!);
  }

  private get executions(): string {
    return Stack.of(this).formatArn({ service: 'states', resource: `execution:${this.machine.stateMachineName}:*` });
  }

  private acceptExecutions(rights: IConstruct): void {
    const machine = Stack.of(this).getLogicalId(this.machine.node.defaultChild as CfnStateMachine);
    accept(rights, {
      [`IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${machine}.Name>:*]`]:
        'Executions are named when they begin: all of this one machine are meant.',
    });
  }
}
