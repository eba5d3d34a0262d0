import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { deploymentRecords } from '../../../lib/aws/deployment/deployments.ts';

const mock = mockClient(DynamoDBClient);
afterAll(() => mock.restore());
beforeEach(() => {
  mock.reset();
});

it('the state that a deployment saves is read unchanged by the next one', async () => {
  const records = deploymentRecords(new DynamoDBClient({}), { commits: 'commits', control: 'control' });
  mock.on(GetItemCommand).callsFake(() => ({ Item: mock.commandCalls(PutItemCommand)[0]?.args[0].input.Item }));
  expect(await records.last()).toEqual({ tables: {} });
  const deployed = { tables: { 'track.r1': 'id-1', 'track.r2': 'id-2' }, deployed: ['track.r2'], before: ['track.r1'] };
  await records.keep(deployed);
  expect(await records.last()).toEqual(deployed);
});

it('the names that the release before kept are still there for it, should CloudFormation go back to its code', async () => {
  const records = deploymentRecords(new DynamoDBClient({}), { commits: 'commits', control: 'control' });
  const tables = { 'track.r1': 'track-table' };
  mock.on(GetItemCommand).resolves({ Item: toItem({ id: 'deployed', tables }) });
  const deployed = { tables: { 'track.r1': 'id-1' }, deployed: ['track.r1'], before: ['track.r1'] };
  await records.keep(deployed);
  const kept = mock.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item);
  expect(kept).toEqual([
    toItem({ id: 'deployed', tables, tableIds: deployed.tables, deployed: ['track.r1'], before: ['track.r1'] }),
  ]);
  mock.on(GetItemCommand).resolves({ Item: kept[0] });
  expect(await records.last()).toEqual(deployed);
});
