import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  TableNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { tableFacts } from '../../../lib/aws/deployment/kept-tables.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());

it('a table that is not there is said to be none, though each request has an error of its own for it', async () => {
  const told = { $metadata: {}, message: 'no such table' };
  mock.on(DescribeTableCommand).callsFake(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new ResourceNotFoundException(told);
  });
  mock.on(DescribeContinuousBackupsCommand).rejects(new TableNotFoundException(told));
  expect(await tableFacts(new DynamoDBClient({}), 'nowhere')).toBe('none');
});
