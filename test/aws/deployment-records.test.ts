import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, expect, it } from 'vitest';
import { deploymentRecords } from '../../lib/aws/deployments.ts';

const mock = mockClient(DynamoDBClient);
afterAll(() => mock.restore());

it('what a deployment leaves is there for the next one as it was kept', async () => {
  const records = deploymentRecords(new DynamoDBClient({}), { commits: 'commits', control: 'control' });
  mock.on(GetItemCommand).callsFake(() => ({ Item: mock.commandCalls(PutItemCommand)[0]?.args[0].input.Item }));
  expect(await records.last()).toEqual({ tables: {} });
  const deployed = { tables: { 'track.r1': 'id-1', 'track.r2': 'id-2' }, deployed: ['track.r2'], before: ['track.r1'] };
  await records.keep(deployed);
  expect(await records.last()).toEqual(deployed);
});
