import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { deploymentRecords } from '../../../lib/aws/deployment/deployments.ts';

const mock = mockClient(DynamoDBDocumentClient);
afterAll(() => mock.restore());
beforeEach(() => {
  mock.reset();
});

it('the state that a deployment saves is read unchanged by the next one', async () => {
  const records = deploymentRecords(new DynamoDBClient({}), { commits: 'commits', control: 'control' });
  mock.on(GetCommand).callsFake(() => ({ Item: mock.commandCalls(PutCommand)[0]?.args[0].input.Item }));
  expect(await records.last()).toEqual({ tables: {} });
  const deployed = { tables: { 'track.r1': 'id-1', 'track.r2': 'id-2' }, deployed: ['track.r2'], before: ['track.r1'] };
  await records.keep(deployed);
  expect(await records.last()).toEqual(deployed);
});

it('the names that the release before kept are still there for it, should CloudFormation go back to its code', async () => {
  const records = deploymentRecords(new DynamoDBClient({}), { commits: 'commits', control: 'control' });
  const tables = { 'track.r1': 'track-table' };
  mock.on(GetCommand).resolves({ Item: { id: 'deployed', tables } });
  const deployed = { tables: { 'track.r1': 'id-1' }, deployed: ['track.r1'], before: ['track.r1'] };
  await records.keep(deployed);
  const kept = mock.commandCalls(PutCommand).map(({ args }) => args[0].input.Item);
  expect(kept).toEqual([{ id: 'deployed', tables, tableIds: deployed.tables, deployed: ['track.r1'], before: ['track.r1'] }]);
  mock.on(GetCommand).resolves({ Item: kept[0] });
  expect(await records.last()).toEqual(deployed);
});
