import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { lettersMinutes } from '../../engine/operate/sweep-letters.ts';
import { type Delivery, letReceive, letSendTo } from '../delivery/queues.ts';
import { letFindEffects } from '../effect/find.ts';
import type { EffectFunction } from '../effect/function.ts';
import { alarmOnLine, lessThan } from '../kit/alarm.ts';
import { output } from '../kit/outputs.ts';
import { type Common, calledAgain, Step } from '../kit/step.ts';
import { letFindProcesses } from '../process/find.ts';
import type { ProcessManager } from '../process/manager.ts';
import { alarmOnSchedules, letFindSchedules, type ScheduleRunner } from '../schedule/runner.ts';
import type { EventStore } from '../store/event-store.ts';
import { letFindViews, type Operated } from '../view/find.ts';
import { sweepTimeout } from './guard.ts';

type Props = Common &
  Readonly<{
    views: readonly Operated[];
    processes: readonly ProcessManager[];
    schedules: readonly ScheduleRunner[];
    effects: readonly EffectFunction[];
    store: EventStore;
    journal: Delivery;
  }>;

const repaired = {
  alarm: 'Repaired',
  alarmDescription:
    'The sweep found commits that had not arrived, or deadlines of processes that had not fired, and sent them: its log says how many.',
};

/** Looks at what was noted of new commits, and in a month through the whole table, for what got lost on the way, and sends it. */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { views, processes, schedules, effects, store, journal, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Sweep', {
      ...common,
      step: 'sweep',
      description: 'Sends what got lost between the commits and their consumers.',
      timeout: sweepTimeout,
      // The next run begins where a failed one began.
      asynchronous: calledAgain,
    });
    store.letSweep(step);
    store.letReadSecret(step, 'proofs');
    letFindViews(step, views);
    for (const view of views) view.letSweep(step);
    letFindProcesses(step, processes);
    if (processes.length > 0) store.letSweepProcesses(step);
    letFindSchedules(step, schedules);
    if (schedules.length > 0) store.letReadSchedules(step);
    letFindEffects(step, effects);
    // Last: by its URL all other queues are found as well.
    letReceive(this, step, journal);
    letSendTo(step, journal);
    new Rule(this, 'EachMinute', {
      description: 'Lets the sweep go on with its pass over the commits, and look for overdue deadlines.',
      schedule: Schedule.rate(Duration.minutes(1)),
      // EventBridge's own tries are over as soon as Lambda has taken the call; neither those nor Lambda's are of use here.
      targets: [new LambdaFunction(step, { retryAttempts: 0 })],
    });
    alarmOnLine(step, {
      id: 'Repaired',
      message: 'Some commits had not arrived.',
      ...repaired,
    });
    alarmOnLine(step, { id: 'Overdue', message: 'Some deadlines had not fired.', ...repaired });
    if (schedules.length > 0)
      alarmOnLine(step, {
        id: 'LateSchedule',
        message: 'A schedule is late.',
        ...alarmOnSchedules,
      });
    alarmOnLine(step, {
      id: 'Beyond',
      message: 'Some cursors are beyond their streams.',
      alarmDescription:
        'Consumers have gone further than streams go, as after a restore of the commits: what is appended there is dropped. Run foldstream restored.',
    });
    alarmOnLine(step, {
      id: 'TooLong',
      message: 'The sweep takes longer than declared.',
      alarmDescription:
        'A pass of the sweep over the whole table has taken more than a month: raise unitsPerRun in lib/engine/settings.ts.',
    });
    alarmOnLine(step, {
      id: 'DeadLetters',
      message: 'Dead letters are waiting.',
      // The line comes again as long as they are there.
      minutes: lettersMinutes,
      alarmDescription:
        'A view, process, effect or schedule gave up on messages after many tries, or they could not be delivered to it: the log of the sweep says which. Mend the cause, then redrive them.',
    });
    step.metricInvocations({ period: Duration.minutes(5), statistic: 'Sum' }).createAlarm(this, 'Idle', {
      alarmDescription:
        'The sweep has not run for a quarter of an hour, so that nobody looks for what got lost: look at its rule.',
      ...lessThan(1, 3),
    });
    output(this, 'SweepFunction', step.functionName);
  }
}
