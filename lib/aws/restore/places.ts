import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand, PurgeQueueInProgress, type SQSClient } from '@aws-sdk/client-sqs';
import type { Deadline } from '../../engine/process/ports.ts';
import type { AllCursors, AllDeadlines, AllHeads } from '../../engine/restore/ports.ts';
import { fromItem, toItem } from '../attributes.ts';
import { deadlineOf } from '../process/deadlines.ts';
import { readEach } from '../view/paging.ts';

type Condition = Readonly<{
  FilterExpression: string;
  names: Readonly<Record<string, string>>;
  values: Readonly<Record<string, unknown>>;
}>;

/** All items of a table that a filter lets through. */
const itemsWhere = (client: DynamoDBClient, TableName: string, { FilterExpression, names, values }: Condition) =>
  readEach(client, {
    scan: {
      TableName,
      ConsistentRead: true,
      FilterExpression,
      ExpressionAttributeNames: { ...names },
      ExpressionAttributeValues: toItem(values),
    },
  });

const beginningWith = (prefix: string): Condition => ({
  FilterExpression: 'begins_with(#id, :prefix)',
  names: { '#id': 'id' },
  values: { ':prefix': prefix },
});

/** All cursors of a process, in the control table. */
export const allCursors = (client: DynamoDBClient, control: string, process: string): AllCursors => {
  const prefix = `cursor/${process}/`;
  return {
    async *each() {
      for await (const item of itemsWhere(client, control, beginningWith(prefix))) {
        const { id, commit } = fromItem(item) as Readonly<{ id: string; commit: number }>;
        yield { stream: id.slice(prefix.length), commit };
      }
    },
  };
};

/** The open deadlines of all instances of a process, in the control table. */
export const allDeadlines = (client: DynamoDBClient, control: string, process: string): AllDeadlines => ({
  async *each(): AsyncGenerator<Deadline> {
    for await (const item of itemsWhere(client, control, beginningWith(`deadline/${process}-`))) yield deadlineOf(item);
  },
});

/** The heads of all streams in a projection's table. */
export const allHeads = (client: DynamoDBClient, table: string): AllHeads => ({
  async *each() {
    const heads = { FilterExpression: '#sort = :head', names: { '#sort': 'sort' }, values: { ':head': 'head' } };
    for await (const item of itemsWhere(client, table, heads)) {
      const { key, stream, commit } = fromItem(item) as Readonly<{ key: string; stream: string; commit: number }>;
      yield { key, stream, commit };
    }
  },
});

/** The time for which a purged queue may still delete arriving messages (milliseconds). */
export const purgeMilliseconds = 60_000;

/** Purges queues. A purge in progress counts as done. */
export const emptyQueues = async (client: SQSClient, urls: readonly string[]): Promise<void> => {
  for (const QueueUrl of urls)
    try {
      await client.send(new PurgeQueueCommand({ QueueUrl }));
    } catch (error) {
      if (!(error instanceof PurgeQueueInProgress)) throw error;
    }
};
