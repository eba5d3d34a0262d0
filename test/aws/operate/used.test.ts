import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { measuredFigures, type UsedResource } from '../../../lib/aws/operate/used.ts';
import { cloudWatchTells } from '../../support/cloudwatch.ts';

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
  cloudWatchTells(watch, {
    'AWS/DynamoDB ConsumedWriteCapacityUnits TableName=commits': [1, 2],
    'AWS/Lambda Invocations FunctionName=project': [3, 4],
    'AWS/Lambda Duration FunctionName=project': [5],
    'AWS/SQS NumberOfMessagesSent QueueName=queue': [6],
    'AWS/Events PutEventsEntriesCount': [7],
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
  cloudWatchTells(watch, {});
  const { resources: told, missing } = await measured();
  expect(told).toEqual([]);
  expect(missing).toContain('AWS/DynamoDB ConsumedWriteCapacityUnits');
  expect(missing).toContain('AWS/Lambda Invocations');
});
