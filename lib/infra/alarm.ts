import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';

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
