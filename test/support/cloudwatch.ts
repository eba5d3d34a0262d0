import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
  type Metric,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { AwsClientStub } from 'aws-sdk-client-mock';

type Mocked = AwsClientStub<CloudWatchClient>;
type Options = Readonly<{
  /** Points of an answer. */
  page?: number;
  /** What becomes of a metric that is not told as a whole: for ever, or until the next page. */
  failing?: Readonly<Record<string, Readonly<{ status: NonNullable<MetricDataResult['StatusCode']>; recovers?: true }>>>;
}>;

const minute = 60_000;

/** A metric by its name and all of its dimensions: `AWS/SQS NumberOfMessagesSent QueueName=x`. */
const nameOf = ({ Namespace, MetricName, Dimensions = [] }: Metric): string =>
  [Namespace, MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(' ');

const refuse = (why: string): never => {
  throw Object.assign(new Error(why), { name: 'ValidationError' });
};

/**
 * CloudWatch, as the API reference of GetMetricData describes it: at most 500 queries of ids that differ; points from the start on and before the end, the newest
 * first if it is asked so (the reference names no order otherwise); and pages, of which one may have a part of a metric, `PartialData`. Figures are one for each minute from the start, by the metric's
 * name with its dimensions; a metric without any has a result without values.
 */
export const cloudWatchTells = (watch: Mocked, figures: Readonly<Record<string, readonly number[]>>, options: Options = {}) =>
  watch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput): Omit<GetMetricDataCommandOutput, '$metadata'> => {
    const { page = input.MaxDatapoints ?? 100_800, failing = {} } = options;
    const { MetricDataQueries: queries = [], StartTime, EndTime, NextToken, ScanBy } = input;
    if (queries.length === 0 || queries.length > 500) refuse(`${queries.length} queries: there may be 1 to 500.`);
    if (new Set(queries.map(({ Id }) => Id)).size < queries.length) refuse('Two queries have the same Id.');
    const [start, end] = [Number(StartTime), Number(EndTime)];
    if (!(start < end)) refuse('The start must be before the end.');
    let [skip, left] = [Number(NextToken ?? 0), page];
    let hasMore = false;
    const results = queries.map(({ Id = '', MetricStat }): MetricDataResult => {
      if (!/^[a-z]\w{0,254}$/.test(Id)) refuse(`The Id ${Id} must begin with a small letter.`);
      const name = nameOf(MetricStat?.Metric ?? {});
      const failed = failing[name];
      if (failed && !(failed.recovers && NextToken)) {
        hasMore ||= failed.recovers === true;
        return { Id, Label: name, Timestamps: [], Values: [], StatusCode: failed.status };
      }
      const points = (figures[name] ?? []).flatMap((value, i) =>
        start + i * minute < end ? [[start + i * minute, value] as const] : [],
      );
      if (ScanBy === 'TimestampDescending') points.reverse();
      const told = points.slice(skip, skip + left);
      const rest = points.length - Math.min(points.length, skip) - told.length;
      skip = Math.max(0, skip - points.length);
      left -= told.length;
      hasMore ||= rest > 0;
      const [Timestamps, Values] = [told.map(([at]) => new Date(at)), told.map(([, value]) => value)];
      return { Id, Label: name, Timestamps, Values, StatusCode: rest > 0 ? 'PartialData' : 'Complete' };
    });
    return {
      MetricDataResults: results,
      Messages: [],
      NextToken: hasMore ? String(Number(NextToken ?? 0) + page - left) : undefined,
    };
  });
