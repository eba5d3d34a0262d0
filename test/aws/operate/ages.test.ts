import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { cloudWatchAges } from '../../../lib/aws/operate/ages.ts';
import { cloudWatchTells } from '../../support/cloudwatch.ts';

const mock = mockClient(CloudWatchClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

const now = Date.parse('2026-11-28T12:00:00.000Z');
const ages = cloudWatchAges('publisher', { now: () => now, wait: async () => {} }, new CloudWatchClient({}));

const of = (queue: string) => `AWS/SQS ApproximateAgeOfOldestMessage QueueName=${queue}`;

it('the age of each queue is the newest that was measured; a queue without one is left out', async () => {
  cloudWatchTells(mock, { [of('one')]: [40, 12] }, { page: 1 });
  expect(await ages.ofQueues(['one', 'two'])).toEqual(new Map([['one', 12]]));
  const { StartTime, EndTime, MetricDataQueries } = mock.commandCalls(GetMetricDataCommand)[0]!.args[0].input;
  expect([StartTime, EndTime]).toEqual([new Date(now - 15 * 60_000), new Date(now)]);
  expect(MetricDataQueries?.map(({ MetricStat }) => MetricStat?.Metric?.Dimensions)).toEqual([
    [{ Name: 'QueueName', Value: 'one' }],
    [{ Name: 'QueueName', Value: 'two' }],
  ]);
});

it('of more queues than one call takes, each is told', async () => {
  const queues = Array.from({ length: 501 }, (_, i) => `q${i}`);
  cloudWatchTells(mock, Object.fromEntries(queues.map((queue, i) => [of(queue), [i]])));
  expect(await ages.ofQueues(queues)).toEqual(new Map(queues.map((queue, i) => [queue, i])));
});

it('nothing is asked about no queues', async () => {
  expect(await ages.ofQueues([])).toEqual(new Map());
  expect(mock.calls()).toHaveLength(0);
});

it('the age of the publisher is in seconds', async () => {
  cloudWatchTells(mock, { 'AWS/Lambda IteratorAge FunctionName=publisher': [9, 1_500] });
  expect(await ages.ofPublisher()).toBe(1.5);
  cloudWatchTells(mock, {});
  expect(await ages.ofPublisher()).toBeUndefined();
});
