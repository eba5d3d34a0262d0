import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';

/** A metric of CloudWatch. */
export type MetricOf = Readonly<{ Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] }>;

const minute = 60_000;
const metricsPerCall = 500;

/** The sum of each metric between two instants (milliseconds), by whole minutes; undefined where CloudWatch has no figures. */
export const metricSums = async (
  metrics: readonly MetricOf[],
  { from, to }: Readonly<{ from: number; to: number }>,
  cloudWatch: CloudWatchClient,
): Promise<readonly (number | undefined)[]> => {
  const sums = new Map<string, number>();
  const query = (metric: MetricOf, i: number): MetricDataQuery => ({
    Id: `m${i}`,
    MetricStat: { Metric: { ...metric }, Period: 60, Stat: 'Sum' },
  });
  for (let at = 0; at < metrics.length; at += metricsPerCall) {
    const { MetricDataResults = [] } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(Math.floor(from / minute) * minute),
        EndTime: new Date(Math.ceil(to / minute) * minute),
        MetricDataQueries: metrics.slice(at, at + metricsPerCall).map((each, i) => query(each, at + i)),
      }),
    );
    for (const { Id = '', Values = [] } of MetricDataResults)
      if (Values.length > 0)
        sums.set(
          Id,
          Values.reduce((sum, value) => sum + value, 0),
        );
  }
  return metrics.map((_, i) => sums.get(`m${i}`));
};
