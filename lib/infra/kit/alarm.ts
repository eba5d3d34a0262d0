import { Aspects, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { output } from './outputs.ts';
import type { Settings } from './stage.ts';

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

/** An alarm when the oldest message of a queue is older than five minutes, or than so many. */
export const alarmOnAge = (queue: Queue, alarmDescription: string, minutes = 5): void => {
  queue
    .metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' })
    .createAlarm(queue, 'Late', { alarmDescription, ...moreThan(Duration.minutes(minutes).toSeconds()) });
};

type LogAlarm = Readonly<{ id: string; filterPattern: IFilterPattern; alarmDescription: string }>;

/** An alarm as soon as a line of a log matches. */
export const alarmOnLog = (scope: Construct, logGroup: ILogGroup, { id, filterPattern, alarmDescription }: LogAlarm): void => {
  const metricName = `${scope.node.path.replaceAll('/', '.')}.${id}`;
  new MetricFilter(scope, id, { metricNamespace: 'Foldstream', metricName, logGroup, filterPattern, metricValue: '1' })
    .metric({ statistic: 'Sum', period: Duration.minutes(1) })
    .createAlarm(scope, `${id}Alarm`, { alarmDescription, ...moreThan(0) });
};

/** An alarm as soon as a function logs a message. */
export const alarmOnLine = (
  step: LambdaFunction,
  { id, message, alarmDescription }: Readonly<{ id: string; message: string; alarmDescription: string }>,
): void =>
  alarmOnLog(step, step.logGroup, { id, filterPattern: FilterPattern.stringValue('$.message', '=', message), alarmDescription });

/**
 * Alarms on throttling, each on one metric of the whole account in the region. An alarm costs by its metrics: one for each function and each
 * operation on each table would cost more than all others. Throttling elsewhere in the account matters here too, since functions share the account's
 * limit.
 */
export const alarmOnThrottles = (scope: Construct, { tls }: Pick<Settings, 'tls'>): void => {
  const period = Duration.minutes(5);
  LambdaFunction.metricAllThrottles({ period, statistic: 'Sum' }).createAlarm(scope, 'FunctionsThrottled', {
    alarmDescription:
      'Functions were called more often at once than the account allows: callers got 503, or what is in queues waits. See the measure Throttles of each function, and raise the quota or lower -c maximumConcurrency.',
    ...moreThan(0),
  });
  // A local cloud takes no alarm on a query.
  if (!tls) return;
  new MathExpression({
    // The metric includes indexes and transactions, and exists only where requests were throttled.
    expression: 'SELECT SUM(ThrottledRequests) FROM SCHEMA("AWS/DynamoDB", TableName, Operation)',
    usingMetrics: {},
    label: 'Throttled requests to tables',
    period,
  }).createAlarm(scope, 'TablesThrottled', {
    alarmDescription:
      'Requests to a table were turned away again and again: see ThrottledRequests of each table. A key is written or read by too many at once, or a quota is reached.',
    // A few throttled requests are retried by their senders, and do no harm.
    ...moreThan(50),
  });
};

/** A topic of the stack's own for its alarms: whoever is to hear of them subscribes to it. Alarms say nothing of persons, so it has no key of its own. */
const ownTopic = (scope: Construct): string => {
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true });
  // With a policy of its own, a topic no longer lets the alarms of its account in by itself.
  topic.grantPublish(
    new ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  output(scope, 'AlarmTopic', topic.topicArn);
  return topic.topicArn;
};

/** Sends every alarm within a scope, present and future, to a topic (`own`: one that it makes), when it begins and when it ends. */
export const alarmsTell = (scope: Construct, told: string): void => {
  const topicArn = told === 'own' ? ownTopic(scope) : told;
  const action = { bind: () => ({ alarmActionArn: topicArn }) };
  Aspects.of(scope).add({
    visit: (node) => {
      if (!(node instanceof Alarm)) return;
      node.addAlarmAction(action);
      node.addOkAction(action);
    },
  });
};
