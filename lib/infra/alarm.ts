import { Aspects, Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

/** An alarm as soon as a measure is above a limit; nothing measured is nothing wrong. */
export const moreThan = (threshold: number) => ({
  threshold,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
});

/** An alarm as soon as anything lies in a dead letter queue. */
export const alarmOnLetters = (queue: Queue, alarmDescription: string): void => {
  queue
    .metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' })
    .createAlarm(queue, 'Letters', { alarmDescription, ...moreThan(0) });
};

/** An alarm when the oldest message of a queue is older than its function takes for it in any weather. */
export const alarmOnAge = (queue: Queue, alarmDescription: string): void => {
  queue
    .metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' })
    .createAlarm(queue, 'Late', { alarmDescription, ...moreThan(Duration.minutes(5).toSeconds()) });
};

/** An alarm as soon as a function says something. */
export const alarmOnLine = (
  step: LambdaFunction,
  { id, message, alarmDescription }: Readonly<{ id: string; message: string; alarmDescription: string }>,
): void => {
  const metric = { metricNamespace: 'Foldstream', metricName: `${step.node.path.replaceAll('/', '.')}.${id}` };
  new MetricFilter(step, id, {
    ...metric,
    logGroup: step.logGroup,
    filterPattern: FilterPattern.stringValue('$.message', '=', message),
    metricValue: '1',
  });
  new Metric({
    namespace: metric.metricNamespace,
    metricName: metric.metricName,
    statistic: 'Sum',
    period: Duration.minutes(1),
  }).createAlarm(step, `${id}Alarm`, { alarmDescription, ...moreThan(0) });
};

/** Every alarm within a scope, now and later, tells a topic when it begins and when it is over. */
export const alarmsTell = (scope: IConstruct, topicArn: string): void => {
  const action = { bind: () => ({ alarmActionArn: topicArn }) };
  Aspects.of(scope).add({
    visit: (node) => {
      if (!(node instanceof Alarm)) return;
      node.addAlarmAction(action);
      node.addOkAction(action);
    },
  });
};
