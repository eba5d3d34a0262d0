import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { alarmOnLine } from './alarm.ts';
import type { EventStore } from './event-store.ts';
import { output } from './notes.ts';
import { letFindViews } from './operations.ts';
import type { Publisher } from './publisher.ts';
import { type Common, Step } from './step.ts';
import type { View } from './view.ts';

type Props = Common & Readonly<{ views: readonly View[]; store: EventStore; publisher: Publisher }>;

/** Looks through the whole table, a segment each minute, for what got lost on the way, and sends it. */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { views, store, publisher, ...common }: Props) {
    super(scope, id);
    const step = new Step(this, 'Sweep', {
      ...common,
      step: 'sweep',
      description: 'Sends what got lost between the commits and the projections.',
      timeout: Duration.seconds(60),
    });
    store.letSweep(step);
    publisher.letSend(step);
    letFindViews(step, views);
    for (const view of views) view.letSweep(step);
    new Rule(this, 'EachMinute', {
      description: 'Lets the sweep look at the next segment of the commits.',
      schedule: Schedule.rate(Duration.minutes(1)),
      // A run that failed is not repeated: the next one begins where it began.
      targets: [new LambdaFunction(step, { retryAttempts: 0 })],
    });
    alarmOnLine(step, {
      id: 'Repaired',
      message: 'Some commits had not arrived.',
      alarmDescription: 'The sweep found commits that had not arrived, and sent them: its log says how many.',
    });
    alarmOnLine(step, {
      id: 'TooLong',
      message: 'The sweep takes longer than declared.',
      alarmDescription: 'The table has outgrown the ceiling of the sweep: raise unitsPerRun in lib/engine/settings.ts.',
    });
    output(this, 'SweepFunction', step.functionName);
  }
}
