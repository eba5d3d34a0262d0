import { DeleteItemCommand, DescribeTableCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { revisionKey } from '../core/deployed-names.ts';
import { keptFor, type Revisions } from '../engine/answering.ts';
import type { Deployments } from '../engine/deployed.ts';
import type { Clock } from '../engine/ports.ts';
import { smallCommits } from '../engine/rebuild/settings.ts';
import { type Item, toItem } from './attributes.ts';
import { controlItem } from './control-item.ts';
import { readPage } from './paging.ts';

const id = 'deployed';
/** Of at most 1 MB each: what a deployment builds from by itself must be small in bytes, too. */
const mostPages = 2;

/** The id of each deployed revision's table, by `<projection>.r<revision>`. */
const deployedTables = (client: DynamoDBClient, control: string) => async (): Promise<Readonly<Record<string, string>>> =>
  (await controlItem<Readonly<{ tableIds?: Record<string, string> }>>(client, control, id))?.tableIds ?? {};

/** The id of the table that a revision has by now, asked for at most every few seconds. */
export const knownTables = (client: DynamoDBClient, control: string, clock: Pick<Clock, 'now'>): Revisions['tableOf'] => {
  const known = keptFor(clock, deployedTables(client, control));
  return async (revision) => (await known(id))[revision];
};

/** The id that DynamoDB gave a table when it was made. */
export const tableId = async (client: DynamoDBClient, TableName: string): Promise<string> => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  if (!Table?.TableId) throw new Error(`The table ${TableName} has no id.`);
  return Table.TableId;
};

/** What deployments leave behind. Stored format of 2026-11, in the control table: `id` deployed, and `tableIds` by `<projection>.r<revision>`. */
export const deploymentRecords = (
  client: DynamoDBClient,
  tables: Readonly<{ commits: string; control: string }>,
): Deployments => {
  const TableName = tables.control;
  const forget = async (key: string) => {
    await client.send(new DeleteItemCommand({ TableName, Key: toItem({ id: key }) }));
  };
  return {
    fewCommits: async () => {
      const scan = {
        TableName: tables.commits,
        ConsistentRead: true,
        Limit: smallCommits,
        ProjectionExpression: '#c',
        ExpressionAttributeNames: { '#c': 'commit' },
      };
      let [count, last]: [number, Item | undefined] = [0, undefined];
      for (let page = 0; page < mostPages; page++) {
        const found = await readPage(client, { scan }, last);
        count += found.items.length;
        last = found.last;
        if (!last || count > smallCommits) break;
      }
      return last || count > smallCommits ? undefined : count;
    },
    tables: deployedTables(client, TableName),
    keepTables: async (tableIds) => {
      await client.send(new PutItemCommand({ TableName, Item: toItem({ id, tableIds }) }));
    },
    forgetActive: (projection) => forget(`view/${projection}`),
    forgetPhase: (name, revision) => forget(`phase/${revisionKey({ name, revision })}`),
  };
};
