import { Aspects, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
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

/** An alarm when a measure was below a limit in so many periods one after the other; nothing measured is below it. */
export const lessThan = (threshold: number, evaluationPeriods: number) => ({
  threshold,
  evaluationPeriods,
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
});

/** The stack that a deployment is called by: the outermost one. */
const deploymentOf = (scope: Construct): Stack => {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
};

type LogAlarm = Readonly<{
  /** Names the metric and the alarm, which all that give it share, unless `alarm` does. */
  id: string;
  /** Names those of several kinds of lines that mean the same to whoever is called: each metric costs. */
  alarm?: string;
  filterPattern: IFilterPattern;
  alarmDescription: string;
  /** The time in which lines are counted, for one that is logged again and again as long as its cause lasts. */
  minutes?: number;
}>;

/**
 * An alarm as soon as a line of a log matches. It is one alarm for a deployment, on one metric to which all logs add that have such lines: an alarm costs by its
 * metrics, and one for each function would cost more than what they run on. The line in the log says where it was.
 */
export const alarmOnLog = (
  scope: Construct,
  logGroup: ILogGroup,
  { id, alarm = id, filterPattern, alarmDescription, minutes = 1 }: LogAlarm,
): void => {
  const deployment = deploymentOf(scope);
  const measure = { namespace: 'Foldstream', metricName: `${deployment.node.path}.${alarm}` };
  const { namespace: metricNamespace, metricName } = measure;
  new MetricFilter(scope, id, { metricNamespace, metricName, logGroup, filterPattern, metricValue: '1' });
  if (deployment.node.tryFindChild(`${alarm}Alarm`)) return;
  new Metric({ ...measure, statistic: 'Sum', period: Duration.minutes(minutes) }).createAlarm(deployment, `${alarm}Alarm`, {
    alarmDescription,
    ...moreThan(0),
  });
};

/** The most metrics of an alarm on an expression, which is the tenth of ten queries. */
const metricsOfAlarm = 9;

type Aging = Readonly<{ name: string; queueName: string }>;

/** The most characters of an alarm's description. */
const describedBy = 1_024;

/** Alarms when the oldest message in a queue of consumers is older than so many minutes: one alarm for nine queues. */
export const alarmOnAges = (
  scope: Construct,
  id: string,
  { consumers, minutes, see, tls }: Readonly<{ consumers: readonly Aging[]; minutes: number; see: string; tls: boolean }>,
): void => {
  // A local cloud takes no alarm on an expression.
  if (!tls) return;
  for (let first = 0; first < consumers.length; first += metricsOfAlarm) {
    const some = consumers.slice(first, first + metricsOfAlarm);
    const metric = ({ queueName: QueueName }: Aging) =>
      new Metric({
        namespace: 'AWS/SQS',
        metricName: 'ApproximateAgeOfOldestMessage',
        dimensionsMap: { QueueName },
        statistic: 'Maximum',
      });
    new MathExpression({
      expression: 'MAX(FILL(METRICS(), 0))',
      usingMetrics: Object.fromEntries(some.map((each, i) => [`age${i}`, metric(each)])),
      label: 'Age of the oldest message in seconds',
      period: Duration.minutes(1),
    }).createAlarm(scope, `${id}${first / metricsOfAlarm + 1}`, {
      alarmDescription:
        `One of these is more than ${minutes} minutes behind; ${see} says which: ${some.map(({ name }) => name).join(', ')}.`.slice(
          0,
          describedBy,
        ),
      ...moreThan(Duration.minutes(minutes).toSeconds()),
    });
  }
};

/** An alarm as soon as a function logs a message. */
export const alarmOnLine = (
  step: LambdaFunction,
  { message, ...alarm }: Omit<LogAlarm, 'filterPattern'> & Readonly<{ message: string }>,
): void => alarmOnLog(step, step.logGroup, { ...alarm, filterPattern: FilterPattern.stringValue('$.message', '=', message) });

/**
 * An alarm as soon as a run of a function fails: it threw, took too long, had too little memory, or could not start. Of such runs alone the platform's report has
 * the level WARN.
 */
export const alarmOnFailures = (step: LambdaFunction): void =>
  alarmOnLog(step, step.logGroup, {
    id: 'FunctionFailed',
    filterPattern: FilterPattern.literal('{ $.type = "platform.report" && $.record.status != "success" }'),
    alarmDescription:
      'A function threw, or was ended by the platform: the measure Errors of each function in CloudWatch tells which, and its log says why.',
  });

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
