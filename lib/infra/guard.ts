import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { moreThan } from './alarm.ts';
import type { EventStore } from './event-store.ts';
import { output } from './notes.ts';
import { type Common, Step } from './step.ts';

/** Watches for a change to what never changes: any MODIFY or REMOVE of a commit raises an alarm that names the stream in its log. */
export class Guard extends Construct {
  constructor(scope: Construct, id: string, { store, ...common }: Common & Readonly<{ store: EventStore }>) {
    super(scope, id);
    const step = new Step(this, 'Guard', {
      ...common,
      step: 'guard',
      description: 'Raises the alarm when a commit was changed or removed.',
      timeout: Duration.seconds(30),
    });
    new EventSourceMapping(this, 'Changed', {
      target: step,
      eventSourceArn: store.letFollow(step),
      filters: ['MODIFY', 'REMOVE'].map((kind) => FilterCriteria.filter({ eventName: FilterRule.isEqual(kind) })),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      retryAttempts: 100,
    });
    const metric = { metricNamespace: 'Foldstream', metricName: `${this.node.path.replaceAll('/', '.')}.Tamperings` };
    new MetricFilter(this, 'Tamperings', {
      ...metric,
      logGroup: step.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'History was tampered with.'),
      metricValue: '1',
    });
    new Metric({
      namespace: metric.metricNamespace,
      metricName: metric.metricName,
      statistic: 'Sum',
      period: Duration.minutes(1),
    }).createAlarm(this, 'Tampered', {
      alarmDescription: 'A commit was changed or removed: the log of the guard names its stream; run foldstream verify on it.',
      ...moreThan(0),
    });
    output(this, 'GuardFunction', step.functionName);
  }
}
