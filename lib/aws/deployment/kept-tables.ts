import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { Remembered, TableFacts } from '../../engine/deployment/kept-tables.ts';
import type { Clock } from '../../engine/ports.ts';
import { controlTable } from '../control-table.ts';
import { oncePassed } from './once-passed.ts';

const id = 'tables';

/**
 * The tables of past deployments. Stored format of 2026-11, in the control table: `id` tables, their ids by table, and under `names` their last names
 * by table.
 */
export const knownTables = (client: DynamoDBClient, table: string) => {
  const control = controlTable(client, table);
  return {
    load: async (): Promise<Remembered> => {
      const { names = {}, ...known } = (await control.get<Remembered['known'] & Pick<Remembered, 'names'>>(id)) ?? {};
      return { known, names };
    },
    save: async ({ known, names }: Remembered): Promise<void> => {
      await control.put({ Item: { id, ...known, names } });
    },
  };
};

/** The relevant settings of a table, or undefined. */
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

/**
 * Errors of DynamoDB while other changes are in progress, and for a while after a table was made: a retry succeeds. An active status proves little,
 * since DescribeTable may lag behind.
 */
const busy = new Set(['ResourceInUseException', 'ContinuousBackupsUnavailableException', 'LimitExceededException']);

/** The time limit of retries of a change, and the wait between them (milliseconds). */
const [busyAtMost, askAgainAfter] = [900_000, 5_000];

type Changing = Readonly<{ client: DynamoDBClient; clock: Clock }>;

const isBusy = ({ name }: Error) => busy.has(name);

const onceTaken = async ({ clock }: Changing, table: string, change: () => Promise<unknown>): Promise<void> => {
  try {
    await oncePassed(clock, { passes: isBusy, within: busyAtMost, pause: askAgainAfter }, change);
  } catch (cause) {
    if (!isBusy(cause as Error)) throw cause;
    throw new Error(
      `DynamoDB has refused to change the table ${table} for ${busyAtMost / 60_000} minutes (${(cause as Error).message}). Wait until no other change of it is in progress, then run the same command again.`,
      { cause },
    );
  }
};

/** Gives a table the settings that a restore lacks. Existing settings stay. */
export const giveMissing = async (
  changing: Changing,
  TableName: string,
  { stream, recovery, protect }: Readonly<{ stream: boolean; recovery: boolean; protect: boolean }>,
): Promise<void> => {
  const { client } = changing;
  // The service changes one thing of a table at a time.
  const change = async (request: () => Promise<unknown>) => {
    await waitUntilTableExists({ client, maxWaitTime: 900, minDelay: 1 }, { TableName });
    await onceTaken(changing, TableName, request);
  };
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
  if (stream) await change(() => client.send(new UpdateTableCommand({ TableName, StreamSpecification })));
  if (protect) await change(() => client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true })));
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  if (recovery)
    await change(() => client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification })));
};
