import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Ages } from '../../engine/operate/projections.ts';
import type { Clock } from '../../engine/ports.ts';
import { settings } from '../client.ts';

/** SQS and Lambda measure each minute, and the figures come some minutes later. */
const lookBack = 15 * 60_000;
const metricsPerCall = 500;

/** The ages that AWS measures by itself, the newest of the last minutes. */
export const cloudWatchAges = (publisher: string, clock: Clock, client = new CloudWatchClient(settings)): Ages => {
  /** A metric's newest value by the names in its dimension. A name without a value is absent. */
  const newest = async (Namespace: string, MetricName: string, dimension: string, given: readonly string[]) => {
    // Views of a group have one queue.
    const names = [...new Set(given)];
    if (names.length === 0) return new Map<string, number>();
    const now = clock.now();
    const query = (Value: string, i: number): MetricDataQuery => {
      const Metric = { Namespace, MetricName, Dimensions: [{ Name: dimension, Value }] };
      return { Id: `m${i}`, MetricStat: { Metric, Period: 60, Stat: 'Maximum' } };
    };
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - lookBack),
        EndTime: new Date(now),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: names.slice(0, metricsPerCall).map(query),
      }),
    );
    const ages = names.map((_, i) => MetricDataResults.find(({ Id }) => Id === `m${i}`)?.Values?.[0]);
    return new Map(names.flatMap((name, i) => (ages[i] === undefined ? [] : [[name, ages[i]] as const])));
  };
  return {
    ofQueues: (names) => newest('AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', names),
    ofPublisher: async () => {
      const age = (await newest('AWS/Lambda', 'IteratorAge', 'FunctionName', [publisher])).get(publisher);
      return age === undefined ? undefined : age / 1_000;
    },
  };
};
