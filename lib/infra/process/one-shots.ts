import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept } from '../kit/outputs.ts';
import type { Settings } from '../kit/stage.ts';
import type { Step } from '../kit/step.ts';

/**
 * Lets a process's function schedule the one-shots of its deadlines: in a schedule group of their own, which is removed with all that is in it when
 * the process is. They are sent in the name of a role that may send to the process's queue and do nothing else; what is due already the function
 * sends itself. Returns the name of the group.
 */
export const letSchedule = (process: Construct, step: Step, queue: Queue, { tls }: Pick<Settings, 'tls'>): string => {
  const stack = Stack.of(process);
  const group = new CfnScheduleGroup(new Construct(process, 'Deadlines'), 'Group');
  const role = new Role(process, 'ShotRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      // Nobody else's schedules may use it.
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group.attrArn } },
    }),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
  step.addEnvironment('SCHEDULE_GROUP', group.ref);
  step.addEnvironment('SCHEDULE_ROLE', role.roleArn);
  step.addEnvironment('QUEUE_ARN', queue.queueArn);
  const schedulesOf = (name: string) =>
    stack.formatArn({ service: 'scheduler', resource: 'schedule', resourceName: `${name}/*` });
  // A local cloud takes every schedule for one of the default group when it looks for rights.
  const groups = { [group.ref]: `<${stack.getLogicalId(group)}>`, ...(!tls && { default: 'default' }) };
  step.may(['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'], Object.keys(groups).map(schedulesOf));
  step.may(['iam:PassRole'], [role.roleArn], { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
  step.may(['sqs:SendMessage'], [queue.queueArn]);
  for (const named of Object.values(groups))
    accept(step.role!, {
      [`IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${named}/*]`]:
        'A one-shot is named by a hash when it is made; the group is of this process alone.',
    });
  return group.ref;
};
