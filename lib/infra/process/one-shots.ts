import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept } from '../kit/outputs.ts';
import type { Settings } from '../kit/stage.ts';
import type { Step } from '../kit/step.ts';

/** The one-shots of a process's deadlines: a group of their own, which goes with all that is in it when the process goes. */
export class OneShots extends Construct {
  private readonly group: CfnScheduleGroup;
  private readonly tls: boolean;

  constructor(scope: Construct, id: string, { settings }: Readonly<{ settings: Pick<Settings, 'tls'> }>) {
    super(scope, id);
    this.tls = settings.tls;
    this.group = new CfnScheduleGroup(this, 'Group');
  }

  get groupName(): string {
    return this.group.ref;
  }

  /** Schedules messages to the queue that the function receives from, in the name of a role that may send to this queue and do nothing else; and sends at once what is due already. */
  letShoot(step: Step, scope: Construct, queue: Queue): void {
    const { account } = Stack.of(this);
    const role = new Role(scope, 'ShotRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        // Nobody else's schedules may use it.
        conditions: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': this.group.attrArn } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    step.addEnvironment('SCHEDULE_GROUP', this.group.ref);
    step.addEnvironment('SCHEDULE_ROLE', role.roleArn);
    step.addEnvironment('QUEUE_ARN', queue.queueArn);
    // A local cloud takes every schedule for one of the default group when it looks for rights.
    const groups = [this.group.ref, ...(this.tls ? [] : ['default'])];
    const schedules = groups.map((group) => this.schedulesOf(group));
    step.may(['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'], schedules);
    step.may(['iam:PassRole'], [role.roleArn], { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
    step.may(['sqs:SendMessage'], [queue.queueArn]);
    const named = [`<${Stack.of(this).getLogicalId(this.group)}>`, ...(this.tls ? [] : ['default'])];
    for (const group of named)
      accept(step.role!, {
        [`IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${group}/*]`]:
          'A one-shot is named by a hash when it is made; the group is of this process alone.',
      });
  }

  private schedulesOf(group: string): string {
    return Stack.of(this).formatArn({ service: 'scheduler', resource: 'schedule', resourceName: `${group}/*` });
  }
}
