import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { cloudWatchRates } from '../../../lib/aws/operate/rates.ts';
import { cloudWatchTells } from '../../support/cloudwatch.ts';

const mock = mockClient(CloudWatchClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

const now = Date.parse('2026-11-28T12:00:30.000Z');
const measured = { api: 'api1', publisher: 'publisher', commands: { account: 'account-function' } };
const read = cloudWatchRates(measured, { now: () => now }, new CloudWatchClient({}));

it('a rate is the average of five whole minutes; what was not measured among what was is zero', async () => {
  cloudWatchTells(mock, {
    'AWS/ApiGateway Count ApiId=api1': [10, 20, 0, 0, 5, 1_000],
    'AWS/Lambda Invocations FunctionName=account-function': [5],
    'AWS/SQS NumberOfMessagesSent QueueName=two': [50, 51],
  });
  const rates = await read(['one', 'two']);
  expect(rates).toEqual({
    at: '2026-11-28T12:00:30.000Z',
    api: { perMinute: 7, errorsPerMinute: 0 },
    publisher: { errorsPerMinute: 0 },
    commands: new Map([['account', { perMinute: 1, errorsPerMinute: 0, throttledPerMinute: 0 }]]),
    queues: new Map([
      ['one', 0],
      ['two', 20.2],
    ]),
  });
  const { StartTime, EndTime, MetricDataQueries = [] } = mock.commandCalls(GetMetricDataCommand)[0]!.args[0].input;
  expect([StartTime, EndTime]).toEqual([new Date('2026-11-28T11:53:00.000Z'), new Date('2026-11-28T11:58:00.000Z')]);
  // Each is paid for: two of the API, one of the publisher, three of a category, one of a queue.
  expect(MetricDataQueries.map(({ MetricStat }) => MetricStat?.Metric?.MetricName)).toEqual([
    'Count',
    '5xx',
    'Errors',
    'Invocations',
    'Errors',
    'Throttles',
    'NumberOfMessagesSent',
    'NumberOfMessagesSent',
  ]);
});

it('where nothing is measured there are no rates, rather than zeros', async () => {
  cloudWatchTells(mock, {});
  expect(await read(['one'])).toBeUndefined();
});

it('where a metric is told in part there are no rates: a missing one would be shown as zero', async () => {
  const count = 'AWS/ApiGateway Count ApiId=api1';
  cloudWatchTells(
    mock,
    { [count]: [10] },
    { failing: { 'AWS/SQS NumberOfMessagesSent QueueName=one': { status: 'InternalError' } } },
  );
  await expect(read(['one'])).rejects.toThrow('CloudWatch told only a part of 1 of 7 metrics');
});
