import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, expect, it } from 'vitest';
import { deadlineTable } from '../../../lib/aws/process/deadlines.ts';

const mock = mockClient(DynamoDBClient);
afterAll(() => mock.restore());

it('deadlines are spread evenly over the partitions of their process, all of which are asked, consistently', async () => {
  mock.on(PutItemCommand).resolves({});
  mock.on(QueryCommand).resolves({ Items: [] });
  const table = deadlineTable(new DynamoDBClient({}), 'deadlines');
  const each = 100;
  const at = '2026-11-21T12:30:00.000Z';
  for (let i = 0; i < 32 * each; i++) await table.put({ instance: `orders-${i}`, name: 'payment', setBy: 1, at });
  const put = mock.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item?.partition?.S ?? '');
  const sizes = Map.groupBy(put, (partition) => partition);
  expect(sizes.size).toBe(32);
  expect(Math.max(...[...sizes.values()].map(({ length }) => length))).toBeLessThan(1.5 * each);
  await table.overdue('orders', { before: at, limit: 10 });
  const asked = mock.commandCalls(QueryCommand).map(({ args }) => args[0].input);
  expect(asked.map((input) => input.ExpressionAttributeValues?.[':partition']?.S).toSorted()).toEqual(
    [...sizes.keys()].toSorted(),
  );
  expect(asked.every(({ ConsistentRead }) => ConsistentRead)).toBe(true);
});
