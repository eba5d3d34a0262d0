import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ResourceNotFoundException,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { Keeping, TableFacts } from '../../engine/deployment/kept-tables.ts';
import { toItem } from '../attributes.ts';
import { controlItem } from '../control-item.ts';

const id = 'tables';

/** Which tables the deployments of a stack have gone by. Stored format of 2026-11, in the control table: `id` tables, and the ids by table. */
export const knownTables = (client: DynamoDBClient, control: string) => ({
  load: async (): Promise<Keeping['known']> => (await controlItem<Keeping['known']>(client, control, id)) ?? {},
  save: async (known: Keeping['known']): Promise<void> => {
    await client.send(new PutItemCommand({ TableName: control, Item: toItem({ id, ...known }) }));
  },
});

/** What is to be known of a table, or that there is none. */
export const tableFacts = async (client: DynamoDBClient, TableName: string): Promise<TableFacts | 'none'> => {
  try {
    // One after the other: of a table that is not there the second one has an error of another name.
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
    const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
    const typeOf = (name: string | undefined) =>
      Table.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
    const keys = (Table.KeySchema ?? [])
      .toSorted((a, b) => (a.KeyType ?? '').localeCompare(b.KeyType ?? ''))
      .map(({ AttributeName }) => `${AttributeName} ${typeOf(AttributeName)}`);
    const { StreamEnabled, StreamViewType } = Table.StreamSpecification ?? {};
    const streams = StreamEnabled === true && StreamViewType === 'NEW_AND_OLD_IMAGES' && Table.LatestStreamArn !== undefined;
    return {
      id: Table.TableId ?? '',
      keys: keys.join(', '),
      indexes: (Table.GlobalSecondaryIndexes ?? []).flatMap(({ IndexName }) => IndexName ?? []),
      ...(streams && Table.LatestStreamArn && { stream: Table.LatestStreamArn }),
      recovery: ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED',
      protected: Table.DeletionProtectionEnabled === true,
    };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return 'none';
    throw error;
  }
};

/** Gives a table what no restore brings along. What it has is left as it is. */
export const giveMissing = async (
  client: DynamoDBClient,
  TableName: string,
  { stream, recovery, protect }: Readonly<{ stream: boolean; recovery: boolean; protect: boolean }>,
): Promise<void> => {
  // The service changes one thing of a table at a time.
  const settled = () => waitUntilTableExists({ client, maxWaitTime: 900, minDelay: 1 }, { TableName });
  await settled();
  if (stream)
    await client.send(
      new UpdateTableCommand({
        TableName,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
  await settled();
  if (protect) await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  await settled();
  if (recovery)
    await client.send(
      new UpdateContinuousBackupsCommand({
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
};
