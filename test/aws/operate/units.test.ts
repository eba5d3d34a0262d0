import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { consumedUnits } from '../../../lib/aws/operate/units.ts';
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
  dynamo
    .on(DescribeTableCommand, { TableName: 'views' })
    .resolves({ Table: { GlobalSecondaryIndexes: [{ IndexName: 'by-owner' }] } });
});

const minute = 60_000;
const from = Date.parse('2026-11-28T12:00:00.000Z');
const consumed = (tables: readonly string[]) =>
  consumedUnits(tables, { from: from + 5, to: from + 2 * minute + 5 }, new DynamoDBClient({}), new CloudWatchClient({}));

it('the units of a table are those of its own and of each index, by whole minutes', async () => {
  const of = (what: string, table: string) => `AWS/DynamoDB Consumed${what}CapacityUnits TableName=${table}`;
  cloudWatchTells(watch, {
    [of('Read', 'commits')]: [1],
    [of('Write', 'commits')]: [20, 22],
    [of('Read', 'views')]: [3],
    [of('Write', 'views')]: [40],
    [`${of('Write', 'views')} GlobalSecondaryIndexName=by-owner`]: [5, 6],
  });
  expect(await consumed(['commits', 'views', 'quiet'])).toEqual([
    { table: 'commits', read: 1, write: 42 },
    { table: 'views', read: 3, write: 51 },
  ]);
  const { StartTime, EndTime } = watch.commandCalls(GetMetricDataCommand)[0]!.args[0].input;
  expect([StartTime, EndTime]).toEqual([new Date(from), new Date(from + 3 * minute)]);
});

it('where nobody tells them, there are none', async () => {
  cloudWatchTells(watch, {});
  expect(await consumed(['commits'])).toEqual([]);
});
