import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  type MetricDataQuery,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import { settings } from '../client/settings.ts';

export const cloudWatch = (more: CloudWatchClientConfig = {}): CloudWatchClient => new CloudWatchClient({ ...settings, ...more });

/** A metric of CloudWatch. */
export type MetricOf = Readonly<{ Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] }>;

const minute = 60_000;
const metricsPerCall = 500;
const namedAtMost = 3;

/** CloudWatch had more than it told, or failed for some metrics. A part of a sum is no figure: whoever asked may ask again. */
export class FiguresInPart extends Error {
  readonly $retryable = {};

  constructor(metrics: readonly MetricOf[], of: number) {
    const names = [...new Set(metrics.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`))];
    const more = names.length > namedAtMost ? ', ...' : '';
    super(
      `CloudWatch told only a part of ${metrics.length} of ${of} metrics (${names.slice(0, namedAtMost).join(', ')}${more}): ask again in a minute.`,
    );
    this.name = 'FiguresInPart';
  }
}

type Asking = Readonly<{ stat: 'Sum' | 'Maximum'; from: number; to: number }>;

/** The values of each metric between two instants (milliseconds), by whole minutes, the newest first; none where CloudWatch has no figures. */
export const metricValues = async (
  metrics: readonly MetricOf[],
  { stat, from, to }: Asking,
  client: CloudWatchClient,
): Promise<readonly (readonly number[])[]> => {
  const values = metrics.map((): number[] => []);
  const inPart = new Set<number>();
  const query = (metric: MetricOf, i: number): MetricDataQuery => ({
    Id: `m${i}`,
    MetricStat: { Metric: { ...metric }, Period: 60, Stat: stat },
  });
  for (let at = 0; at < metrics.length; at += metricsPerCall) {
    const pages = paginateGetMetricData(
      { client },
      {
        StartTime: new Date(Math.floor(from / minute) * minute),
        EndTime: new Date(Math.ceil(to / minute) * minute),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: metrics.slice(at, at + metricsPerCall).map((each, i) => query(each, at + i)),
      },
    );
    for await (const { MetricDataResults = [] } of pages)
      for (const { Id = '', Values = [], StatusCode = 'Complete' } of MetricDataResults) {
        const i = Number(Id.slice(1));
        values[i]?.push(...Values);
        // A page may have a part of a metric, and say so: the last one that has it counts.
        if (StatusCode === 'Complete') inPart.delete(i);
        else inPart.add(i);
      }
  }
  if (inPart.size > 0)
    throw new FiguresInPart(
      metrics.filter((_, i) => inPart.has(i)),
      metrics.length,
    );
  return values;
};

/** The sum of each metric between two instants (milliseconds), by whole minutes; undefined where CloudWatch has no figures. */
export const metricSums = async (
  metrics: readonly MetricOf[],
  span: Readonly<{ from: number; to: number }>,
  client: CloudWatchClient,
): Promise<readonly (number | undefined)[]> => {
  const all = await metricValues(metrics, { stat: 'Sum', ...span }, client);
  return all.map((values) => (values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)));
};
