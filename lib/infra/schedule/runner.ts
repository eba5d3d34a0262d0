import { Duration, Stack, Tags } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { scheduleName } from '../../core/deployed-names.ts';
import { schedulerExpression } from '../../core/schedule/cron.ts';
import { type AnySchedule, timetableOf } from '../../core/schedule/schedule.ts';
import { pascal } from '../../core/stream.ts';
import { lookMessage } from '../../engine/schedule/route.ts';
import { type Delivery, deliveryOutputs, letReceive, letSendTo, queuesOf } from '../delivery/queues.ts';
import { alarmOnLine } from '../kit/alarm.ts';
import { outputs, stackNameOf } from '../kit/outputs.ts';
import { type Common, Step } from '../kit/step.ts';
import { appendsPersonal, type SubjectKeys } from '../personal/subject-keys.ts';
import type { EventStore } from '../store/event-store.ts';
import type { View } from '../view/view.ts';

/** The alarm of everything that keeps a schedule from running. */
export const alarmOnSchedules = {
  alarm: 'ScheduleStands',
  alarmDescription:
    'A schedule could not run, or has not run what has been due for ten minutes: foldstream schedules says which, and the log of its function why. Later times wait.',
};

/** Twice as long as a look begins new portions. */
const timeout = Duration.seconds(60);

/** AWS takes no limit below two. A second function at the same time would do the same again, and the first of them would win. */
export const functionsOfSchedule = 2;

type Props = Common &
  Readonly<{ name: string; schedule: AnySchedule; views: readonly View[]; store: EventStore; keys?: SubjectKeys }>;

/** One schedule: EventBridge Scheduler -> queue -> function -> the streams that it sends commands to. The sweep and operators trigger it through the same queue. */
export class ScheduleRunner extends Construct {
  readonly delivery: Delivery;

  constructor(scope: Construct, id: string, { name, schedule, views, store, keys, ...common }: Props) {
    super(scope, id);
    Tags.of(this).add('foldstream:schedule', name);
    const queueName = scheduleName(stackNameOf(this), name);
    const settings = { ...common.settings, maximumConcurrency: functionsOfSchedule };
    this.delivery = queuesOf(this, { name, queueName, settings, timeout });
    this.trigger(queueName, name, schedule);

    const step = new Step(this, 'Run', {
      ...common,
      step: 'schedule',
      seals: appendsPersonal(schedule.sends),
      description: `Sends the commands of the schedule ${name} at its times.`,
      timeout,
    });
    step.addEnvironment('SCHEDULE', name);
    step.addEnvironment('STACK', stackNameOf(this));
    store.letRunSchedule(step, name, schedule);
    keys?.letSealFor(step, schedule.sends);
    store.letReadSecret(step, 'digests');
    store.letReadSecret(step, 'proofs');
    for (const view of views) if (view.projection.name === schedule.each?.name) view.letGoThrough(step);
    letReceive(this, step, this.delivery);
    letSendTo(step, this.delivery);
    alarmOnLine(step, {
      id: 'ScheduleStopped',
      message: 'A schedule could not run; it is tried again.',
      ...alarmOnSchedules,
    });

    const prefix = `${pascal(name)}Schedule`;
    outputs(this, `${prefix}Names`, { [`${prefix}Function`]: step.functionName });
    deliveryOutputs(this, prefix, this.delivery);
  }

  /**
   * The trigger says nothing but that it is time to look. It leaves out a time that the clocks leave out, and is at most a minute late; the sweep looks
   * after both.
   */
  private trigger(queueName: string, name: string, schedule: AnySchedule): void {
    const { account } = Stack.of(this);
    const { queue, deadLetters } = this.delivery;
    const role = new Role(this, 'TriggerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn, deadLetters.queueArn] }));
    const { cron, timezone } = timetableOf(schedule);
    new CfnSchedule(this, 'Trigger', {
      name: queueName.length <= 64 ? queueName : undefined,
      description: `Triggers the schedule ${name}: ${schedule.cron}.`,
      scheduleExpression: schedulerExpression(cron),
      scheduleExpressionTimezone: timezone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: queue.queueArn,
        roleArn: role.roleArn,
        input: JSON.stringify(lookMessage(name)),
        retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 3_600 },
        deadLetterConfig: { arn: deadLetters.queueArn },
      },
    });
  }
}

/** The variables from which a function knows all schedules: the stack's name, and one queue's URL, whose neighbours all others are. */
export const letFindSchedules = (step: Step, runners: readonly ScheduleRunner[]): void => {
  const [first] = runners;
  if (!first) return;
  step.addEnvironment('STACK', stackNameOf(step));
  step.addEnvironment('SCHEDULE_QUEUE_URL', first.delivery.queue.queueUrl);
  for (const { delivery } of runners) letSendTo(step, delivery);
};
