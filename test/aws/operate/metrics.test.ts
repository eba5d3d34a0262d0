import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { FiguresInPart, type MetricOf, metricSums, metricValues } from '../../../lib/aws/operate/metrics.ts';
import { isTransient } from '../../../lib/aws/transient.ts';
import { cloudWatchTells } from '../../support/cloudwatch.ts';

const watch = mockClient(CloudWatchClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => watch.restore());
beforeEach(() => watch.reset());

const [from, minute] = [Date.parse('2026-11-30T12:00:00.000Z'), 60_000];
const span = { from, to: from + 60 * minute };
const client = new CloudWatchClient({});
const sentTo = (queue: string): MetricOf => ({
  ...{ Namespace: 'AWS/SQS', MetricName: 'NumberOfMessagesSent' },
  Dimensions: [{ Name: 'QueueName', Value: queue }],
});
const named = (queue: string) => `AWS/SQS NumberOfMessagesSent QueueName=${queue}`;
const total = (values: readonly number[]) => (values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0));

it('a sum is that of all pages, wherever they are cut; a metric without figures has none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(1_000), { maxLength: 60 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 100 }),
      async (all, page) => {
        watch.reset();
        cloudWatchTells(watch, Object.fromEntries(all.map((values, i) => [named(`q-${i}`), values])), { page });
        const metrics = all.map((_, i) => sentTo(`q-${i}`));
        expect(await metricSums(metrics, span, client)).toEqual(all.map(total));
        const values = await metricValues(metrics, { stat: 'Sum', ...span }, client);
        expect(values).toEqual(all.map((each) => each.toReversed()));
      },
    ),
    { numRuns: 50 },
  );
});

it('more than 500 metrics are asked for in several calls, each of which may have pages', async () => {
  const queues = Array.from({ length: 1_201 }, (_, i) => `q${i}`);
  cloudWatchTells(watch, Object.fromEntries(queues.map((queue, i) => [named(queue), [i, 1]])), { page: 301 });
  const sums = await metricSums(queues.map(sentTo), span, client);
  expect(sums).toEqual(queues.map((_, i) => i + 1));
  expect(watch.commandCalls(GetMetricDataCommand)).toHaveLength(4 + 4 + 2);
  expect(await metricSums([], span, client)).toEqual([]);
});

it.each(['PartialData', 'InternalError', 'Forbidden'] as const)(
  'a part of a figure is no figure: %s is said, and may be asked again',
  async (status) => {
    cloudWatchTells(watch, { [named('a')]: [1], [named('b')]: [2] }, { failing: { [named('b')]: { status } } });
    const asked = metricSums(['a', 'b'].map(sentTo), span, client);
    await expect(asked).rejects.toThrow(
      'CloudWatch told only a part of 1 of 2 metrics (AWS/SQS NumberOfMessagesSent): ask again in a minute.',
    );
    expect(isTransient(await asked.catch((error: unknown) => error))).toBe(true);
    expect(await asked.catch((error: unknown) => error)).toBeInstanceOf(FiguresInPart);
  },
);

it('what failed on one page and is told on the next is told', async () => {
  const failing = { [named('a')]: { status: 'InternalError', recovers: true } } as const;
  cloudWatchTells(watch, { [named('a')]: [1, 2], [named('b')]: [4] }, { failing });
  expect(await metricSums(['b', 'a'].map(sentTo), span, client)).toEqual([4, 3]);
});

it.each(['Throttling', 'ThrottlingException', 'TooManyRequestsException'])(
  '%s is passed on, as what may be tried again',
  async (name) => {
    watch
      .on(GetMetricDataCommand)
      .rejects(Object.assign(new Error('Rate exceeded'), { name, $metadata: { httpStatusCode: 400 } }));
    const asked = metricSums([sentTo('a')], span, client);
    await expect(asked).rejects.toThrow('Rate exceeded');
    expect(isTransient(await asked.catch((error: unknown) => error))).toBe(true);
  },
);
