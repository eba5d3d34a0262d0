import type { Ages } from '../../engine/operate/projections.ts';
import type { Clock } from '../../engine/ports.ts';
import { cloudWatch, metricValues } from './metrics.ts';

/** SQS and Lambda measure each minute, and the figures come some minutes later. */
const lookBack = 15 * 60_000;

/** The ages that AWS measures by itself, the newest of the last minutes. */
export const cloudWatchAges = (publisher: string, clock: Clock, client = cloudWatch()): Ages => {
  /** A metric's newest value by the names in its dimension. A name without a value is absent. */
  const newest = async (Namespace: string, MetricName: string, dimension: string, given: readonly string[]) => {
    // Views of a group have one queue.
    const names = [...new Set(given)];
    const metrics = names.map((Value) => ({ Namespace, MetricName, Dimensions: [{ Name: dimension, Value }] }));
    const now = clock.now();
    const ages = await metricValues(metrics, { stat: 'Maximum', from: now - lookBack, to: now }, client);
    return new Map(names.flatMap((name, i) => (ages[i]?.[0] === undefined ? [] : [[name, ages[i][0]] as const])));
  };
  return {
    ofQueues: (names) => newest('AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', names),
    ofPublisher: async () => {
      const age = (await newest('AWS/Lambda', 'IteratorAge', 'FunctionName', [publisher])).get(publisher);
      return age === undefined ? undefined : age / 1_000;
    },
  };
};
