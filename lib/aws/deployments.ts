import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Deployments } from '../engine/deployed.ts';
import { toItem } from './attributes.ts';
import { controlItem } from './control-item.ts';
import { readFirst } from './paging.ts';

const id = 'deployed';

/** What deployments leave behind. Stored format of 2026-11, in the control table: `id` deployed, and `tables` by `<projection>.r<revision>`. */
export const deploymentRecords = (
  client: DynamoDBClient,
  tables: Readonly<{ commits: string; control: string }>,
): Deployments => {
  const TableName = tables.control;
  return {
    hasCommits: async () => {
      const scan = {
        TableName: tables.commits,
        ConsistentRead: true,
        Limit: 1,
        ProjectionExpression: '#c',
        ExpressionAttributeNames: { '#c': 'commit' },
      };
      return (await readFirst(client, { scan }, 1)).items.length > 0;
    },
    tables: async () => (await controlItem<Readonly<{ tables: Record<string, string> }>>(client, TableName, id))?.tables ?? {},
    keepTables: async (kept) => {
      await client.send(new PutItemCommand({ TableName, Item: toItem({ id, tables: kept }) }));
    },
    forgetActive: async (projection) => {
      await client.send(new DeleteItemCommand({ TableName, Key: toItem({ id: `view/${projection}` }) }));
    },
  };
};
