import { randomUUID } from 'node:crypto';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Command, EventStore, EventType, type GroupedEvent, tuple } from '@castore/core';
import { DynamoDBSingleTableEventStorageAdapter } from '@castore/event-storage-adapter-dynamodb';
import { type Entry, emptyLedger, type Ledger, withEntry } from '../support/store/ledger.ts';

type Aggregate = Ledger & { aggregateId: string; version: number };
type Recorded = { aggregateId: string; version: number; type: 'EntryRecorded'; timestamp: string; payload: Entry };

type Group = [GroupedEvent, ...GroupedEvent[]];

const recorded = new EventType<'EntryRecorded', Entry>({ type: 'EntryRecorded' });
const storeId = 'LEDGER';

const reducer = (aggregate: Aggregate | undefined, { aggregateId, version, payload }: Recorded): Aggregate => ({
  ...withEntry(aggregate ?? emptyLedger, payload),
  aggregateId,
  version,
});

/** The table as the adapter's own page has it. */
export const makeCastoreTable = async (client: DynamoDBClient): Promise<string> => {
  const TableName = `castore-${randomUUID().slice(0, 8)}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'aggregateId', AttributeType: 'S' },
        { AttributeName: 'version', AttributeType: 'N' },
        { AttributeName: 'eventStoreId', AttributeType: 'S' },
        { AttributeName: 'timestamp', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'aggregateId', KeyType: 'HASH' },
        { AttributeName: 'version', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'initialEvents',
          KeySchema: [
            { AttributeName: 'eventStoreId', KeyType: 'HASH' },
            { AttributeName: 'timestamp', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return TableName;
};

/** The items that the adapter would have stored for a history. Without metadata: less than what Foldstream keeps. */
export function* castoreHistory(aggregateId: string, events: number, payload: Entry | undefined): Generator<object, void, void> {
  for (let version = 1; version <= events; version++)
    yield {
      aggregateId: `${storeId}#${aggregateId}`,
      version,
      type: 'EntryRecorded',
      timestamp: new Date(Date.UTC(2026, 0, 1) + version * 1_000).toISOString(),
      payload,
      ...(version === 1 && { eventStoreId: storeId }),
    };
}

/** Castore as its documentation has it: a command that gets the aggregate, decides, and pushes one event, or several as a group. */
export const castore = (dynamoDBClient: DynamoDBClient, tableName: string) => {
  const store = new EventStore({
    eventStoreId: storeId,
    eventTypes: [recorded],
    reducer,
    eventStorageAdapter: new DynamoDBSingleTableEventStorageAdapter({ tableName, dynamoDBClient }),
  });
  type Input = Readonly<{ aggregateId: string; entries: readonly Entry[] }>;
  const command = new Command({
    commandId: 'RECORD',
    requiredEventStores: tuple(store),
    handler: async ({ aggregateId, entries }: Input, [ledgers]) => {
      const { aggregate } = await ledgers.getAggregate(aggregateId);
      const balance = entries.reduce((sum, { amount }) => sum + amount, aggregate?.balance ?? 0);
      if (balance < 0) throw new Error('insufficient-funds');
      const events = entries.map((payload, i) => ({
        aggregateId,
        version: (aggregate?.version ?? 0) + i + 1,
        type: 'EntryRecorded' as const,
        payload,
      }));
      const [only, ...more] = events;
      if (only && more.length === 0) await ledgers.pushEvent(only);
      else await EventStore.pushEventGroup({}, ...(events.map((event) => ledgers.groupEvent(event)) as unknown as Group));
    },
  });
  return {
    record: (aggregateId: string, entries: readonly Entry[]): Promise<void> => command.handler({ aggregateId, entries }, [store]),
    versions: async (aggregateId: string) => (await store.getEvents(aggregateId)).events.map(({ version }) => version),
  };
};
