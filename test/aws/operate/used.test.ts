import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { measuredFigures, type UsedResource } from '../../../lib/aws/operate/used.ts';

const [watch, dynamo] = [mockClient(CloudWatchClient), mockClient(DynamoDBClient)];
// The classes themselves are mocked: other files in this process want them back.
afterAll(() => {
  watch.restore();
  dynamo.restore();
});
beforeEach(() => {
  watch.reset();
  dynamo.reset();
  dynamo.on(DescribeTableCommand).resolves({});
});

type Query = { Id: string; MetricStat: { Metric: { MetricName: string; Dimensions?: { Value: string }[] } } };

/** CloudWatch's answers: the values of a metric by its name and that of what it is of. */
const telling = (values: Readonly<Record<string, readonly number[]>>) =>
  watch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: { MetricDataQueries?: Query[] }) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => ({
      Id,
      Values: values[[Metric.MetricName, ...(Metric.Dimensions ?? []).map(({ Value }) => Value)].join(' ')] ?? [],
    })),
  }));

const resources: readonly UsedResource[] = [
  { part: 'commands', kind: 'table', name: 'commits' },
  { part: 'view a', kind: 'function', name: 'project', megabytes: 512 },
  { part: 'view a', kind: 'queue', name: 'queue' },
  { part: 'API', kind: 'api', name: 'x1' },
];
const from = Date.parse('2026-11-30T12:00:00.000Z');
const measured = () =>
  measuredFigures(resources, { from, to: from + 3_600_000 }, new DynamoDBClient({}), new CloudWatchClient({}));

it('gives each figure to its part, and names the metrics of which nobody tells anything', async () => {
  telling({
    'ConsumedWriteCapacityUnits commits': [1, 2],
    'Invocations project': [3, 4],
    'Duration project': [5],
    'NumberOfMessagesSent queue': [6],
    PutEventsEntriesCount: [7],
  });
  const { hours, resources: told, missing } = await measured();
  expect(hours).toBe(1);
  expect(told).toEqual([
    { part: 'commands', resource: 'commits', readUnits: 0, writeUnits: 3 },
    { part: 'view a', resource: 'project', invocations: 7, megabytes: 512 },
    { part: 'view a', resource: 'project', milliseconds: 5, megabytes: 512 },
    { part: 'view a', resource: 'queue', sent: 6 },
    { part: expect.stringContaining('all events of the account'), resource: 'events', busEvents: 7 },
  ]);
  expect(missing).toEqual(['AWS/SQS NumberOfMessagesReceived', 'AWS/SQS NumberOfEmptyReceives', 'AWS/ApiGateway Count']);
});

it('names all of them where a cloud measures nothing', async () => {
  telling({});
  const { resources: told, missing } = await measured();
  expect(told).toEqual([]);
  expect(missing).toContain('AWS/DynamoDB ConsumedWriteCapacityUnits');
  expect(missing).toContain('AWS/Lambda Invocations');
});
