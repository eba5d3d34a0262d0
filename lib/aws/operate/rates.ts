import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { instant } from '../../engine/instant.ts';
import type { Rates, ReadRates } from '../../engine/operate/flow/ports.ts';
import type { Clock } from '../../engine/ports.ts';
import { cloudWatch, metricSums } from './metrics.ts';

const minute = 60_000;
/** Figures of a minute come up to two minutes after it: the rate is the average of the minutes before those. */
const [minutes, delay] = [5, 2];

type Metric = readonly [namespace: string, metric: string, dimension: string, name: string];

/** What is measured beside queues: the API's id, the publisher's function, and the functions of the categories' commands. */
export type Measured = Readonly<{ api: string; publisher: string; commands: Readonly<Record<string, string>> }>;

/** What each metric counted in a minute. Undefined if none of them has a figure: then nothing measures them. What has none among others was zero. */
const perMinute = async (metrics: readonly Metric[], clock: Pick<Clock, 'now'>, client: CloudWatchClient) => {
  const end = Math.floor(clock.now() / minute - delay) * minute;
  const asked = metrics.map(([Namespace, MetricName, Name, Value]) => ({ Namespace, MetricName, Dimensions: [{ Name, Value }] }));
  const sums = await metricSums(asked, { from: end - minutes * minute, to: end }, client);
  if (sums.every((sum) => sum === undefined)) return undefined;
  return sums.map((sum = 0) => Math.round((sum / minutes) * 10) / 10);
};

const counts = ['Invocations', 'Errors', 'Throttles'] as const;

/**
 * The rates that AWS measures by itself: requests of the API, runs of the functions for commands, and messages sent to queues, each an average of five minutes.
 * It asks for each metric once; a call is paid for by their number.
 */
export const cloudWatchRates =
  ({ api, publisher, commands }: Measured, clock: Pick<Clock, 'now'>, client = cloudWatch()): ReadRates =>
  async (queues): Promise<Rates | undefined> => {
    const categories = Object.keys(commands);
    const figures = await perMinute(
      [
        ...(['Count', '5xx'] as const).map((metric): Metric => ['AWS/ApiGateway', metric, 'ApiId', api]),
        ['AWS/Lambda', 'Errors', 'FunctionName', publisher],
        ...categories.flatMap((each) =>
          counts.map((metric): Metric => ['AWS/Lambda', metric, 'FunctionName', commands[each] ?? '']),
        ),
        ...queues.map((name): Metric => ['AWS/SQS', 'NumberOfMessagesSent', 'QueueName', name]),
      ],
      clock,
      client,
    );
    if (!figures) return undefined;
    const [asked = 0, failed = 0, publisherErrors = 0, ...rest] = figures;
    const of = (at: number) => rest[at] ?? 0;
    const first = categories.length * counts.length;
    return {
      at: instant(clock.now()),
      api: { perMinute: asked, errorsPerMinute: failed },
      publisher: { errorsPerMinute: publisherErrors },
      commands: new Map(
        categories.map((category, i) => [
          category,
          { perMinute: of(3 * i), errorsPerMinute: of(3 * i + 1), throttledPerMinute: of(3 * i + 2) },
        ]),
      ),
      queues: new Map(queues.map((name, i) => [name, of(first + i)])),
    };
  };
