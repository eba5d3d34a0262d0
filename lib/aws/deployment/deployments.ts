import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { revisionKey } from '../../core/deployed-names.ts';
import type { Deployed, Deployments } from '../../engine/deployment/revisions.ts';
import { keptFor } from '../../engine/kept-for.ts';
import type { Clock } from '../../engine/ports.ts';
import type { Revisions } from '../../engine/query/revision.ts';
import { smallCommits } from '../../engine/rebuild/settings.ts';
import type { Item } from '../attributes.ts';
import { type ControlTable, controlTable } from '../control-table.ts';
import { readPage } from '../view/paging.ts';

const id = 'deployed';
/** Pages of at most 1 MB: a deployment builds views itself only from few bytes. */
const mostPages = 2;

type Stored = Readonly<{
  tableIds?: Deployed['tables'];
  deployed?: readonly string[];
  before?: readonly string[];
  /** The names of tables that the release before table ids kept here. Its code reads nothing else. */
  tables?: Readonly<Record<string, string>>;
}>;

const lastDeployed = (control: ControlTable) => async (): Promise<Deployed> => {
  const { tableIds = {}, deployed, before } = (await control.get<Stored>(id)) ?? {};
  return { tables: tableIds, ...(deployed && { deployed }), ...(before && { before }) };
};

/** The id of the table that a revision has by now, asked for at most every few seconds. */
export const revisionTables = (client: DynamoDBClient, control: string, clock: Pick<Clock, 'now'>): Revisions['tableOf'] => {
  const known = keptFor(clock, lastDeployed(controlTable(client, control)));
  return async (revision) => (await known(id)).tables[revision];
};

/** The id that DynamoDB gave a table when it was made. */
export const tableId = async (client: DynamoDBClient, TableName: string): Promise<string> => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  if (!Table?.TableId) throw new Error(`The table ${TableName} has no id.`);
  return Table.TableId;
};

/**
 * The records of deployments. Stored format of 2026-11, in the control table: `id` deployed, `tableIds` by `<projection>.r<revision>`, `deployed`,
 * the revisions of the last deployment, `before`, those that CloudFormation may roll back to, and `tables`, if the release before table ids left it
 * there.
 */
export const deploymentRecords = (
  client: DynamoDBClient,
  tables: Readonly<{ commits: string; control: string }>,
): Deployments => {
  const control = controlTable(client, tables.control);
  const forget = async (key: string) => {
    await control.documents.send(new DeleteCommand({ TableName: tables.control, Key: { id: key } }));
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
    last: lastDeployed(control),
    keep: async ({ tables: tableIds, deployed, before }) => {
      // CloudFormation may roll back to the code of the release before, which refuses every deployment without its names.
      const { tables: names } = (await control.get<Stored>(id)) ?? {};
      await control.put({ Item: { id, tables: names, tableIds, deployed, before } });
    },
    forgetActive: (projection) => forget(`view/${projection}`),
    forgetPhase: (name, revision) => forget(`phase/${revisionKey({ name, revision })}`),
  };
};
