import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { cloudWatchAges } from '../../../lib/aws/operate/ages.ts';

const mock = mockClient(CloudWatchClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

const now = Date.parse('2026-11-28T12:00:00.000Z');
const ages = cloudWatchAges('publisher', { now: () => now, wait: async () => {} }, new CloudWatchClient({}));

it('the age of each queue is the newest that was measured; a queue without one is left out', async () => {
  mock.on(GetMetricDataCommand).resolves({
    MetricDataResults: [
      { Id: 'm0', Values: [12, 40] },
      { Id: 'm1', Values: [] },
    ],
  });
  expect(await ages.ofQueues(['one', 'two'])).toEqual(new Map([['one', 12]]));
  const { StartTime, EndTime, MetricDataQueries } = mock.commandCalls(GetMetricDataCommand)[0]!.args[0].input;
  expect([StartTime, EndTime]).toEqual([new Date(now - 15 * 60_000), new Date(now)]);
  expect(MetricDataQueries?.map(({ MetricStat }) => MetricStat?.Metric?.Dimensions)).toEqual([
    [{ Name: 'QueueName', Value: 'one' }],
    [{ Name: 'QueueName', Value: 'two' }],
  ]);
});

it('nothing is asked about no queues', async () => {
  expect(await ages.ofQueues([])).toEqual(new Map());
  expect(mock.calls()).toHaveLength(0);
});

it('the age of the publisher is in seconds', async () => {
  mock.on(GetMetricDataCommand).resolves({ MetricDataResults: [{ Id: 'm0', Values: [1_500] }] });
  expect(await ages.ofPublisher()).toBe(1.5);
  mock.on(GetMetricDataCommand).resolves({});
  expect(await ages.ofPublisher()).toBeUndefined();
});
