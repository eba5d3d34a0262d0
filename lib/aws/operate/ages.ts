import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Ages } from '../../engine/operate/projections.ts';
import type { Clock } from '../../engine/ports.ts';
import { attempts, timeouts } from '../client.ts';

/** SQS and Lambda measure each minute, and the figures come some minutes later. */
const lookBack = 15 * 60_000;
const metricsPerCall = 500;

type Metric = Readonly<{ namespace: string; name: string; dimension: readonly [string, string] }>;

const queryOf = ({ namespace, name, dimension: [Name, Value] }: Metric, i: number): MetricDataQuery => ({
  Id: `m${i}`,
  MetricStat: {
    Metric: { Namespace: namespace, MetricName: name, Dimensions: [{ Name, Value }] },
    Period: 60,
    Stat: 'Maximum',
  },
});

/** The ages that AWS measures by itself, the newest of the last minutes. */
export const cloudWatchAges = (publisher: string, clock: Clock, client = cloudWatch()): Ages => {
  const newest = async (metrics: readonly Metric[]): Promise<readonly (number | undefined)[]> => {
    if (metrics.length === 0) return [];
    const now = clock.now();
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - lookBack),
        EndTime: new Date(now),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: metrics.slice(0, metricsPerCall).map(queryOf),
      }),
    );
    return metrics.map((_, i) => MetricDataResults.find(({ Id }) => Id === `m${i}`)?.Values?.[0]);
  };
  return {
    ofQueues: async (names) => {
      const metric = (name: string): Metric => ({
        namespace: 'AWS/SQS',
        name: 'ApproximateAgeOfOldestMessage',
        dimension: ['QueueName', name],
      });
      const ages = await newest(names.map(metric));
      return new Map(names.flatMap((name, i) => (ages[i] === undefined ? [] : [[name, ages[i]] as const])));
    },
    ofPublisher: async () => {
      const [age] = await newest([{ namespace: 'AWS/Lambda', name: 'IteratorAge', dimension: ['FunctionName', publisher] }]);
      return age === undefined ? undefined : age / 1_000;
    },
  };
};

const cloudWatch = () => new CloudWatchClient({ maxAttempts: attempts, retryMode: 'standard', requestHandler: timeouts });
