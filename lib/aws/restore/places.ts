import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand, PurgeQueueInProgress, type SQSClient } from '@aws-sdk/client-sqs';
import { type AnyProjection, streamKey } from '../../core/projection.ts';
import type { ViewItem } from '../../engine/ports.ts';
import type { Deadline } from '../../engine/process/ports.ts';
import type { AllCursors, AllDeadlines, AllHeads } from '../../engine/restore/ports.ts';
import { streamAtHome } from '../../engine/view/kinds/homes.ts';
import { kindOf } from '../../engine/view/kinds/index.ts';
import { homeShard, partSort } from '../../engine/view/shares.ts';
import { fromItem, toItem } from '../attributes.ts';
import { unless } from '../client/unless.ts';
import { deadlineOf } from '../process/deadlines.ts';
import { type DeadlineTables, formerDeadlineOf } from '../process/former-deadlines.ts';
import { readEach } from '../view/paging.ts';

type Filter = 'begins_with(#field, :text)' | '#field IN (:text, :other)';

/** All items of a table that a filter on one field lets through. */
const itemsWhere = (
  client: DynamoDBClient,
  TableName: string,
  FilterExpression: Filter,
  field: string,
  text: string,
  other?: string,
) => {
  const [names, values] = [{ '#field': field }, toItem({ ':text': text, ':other': other })];
  const filter = { FilterExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values };
  return readEach(client, { scan: { TableName, ConsistentRead: true, ...filter } });
};

/** All cursors of a process, in the control table. */
export const allCursors = (client: DynamoDBClient, control: string, process: string): AllCursors => {
  const prefix = `cursor/${process}/`;
  return {
    async *each() {
      for await (const item of itemsWhere(client, control, 'begins_with(#field, :text)', 'id', prefix)) {
        const { id, commit } = fromItem(item) as Readonly<{ id: string; commit: number }>;
        yield { stream: id.slice(prefix.length), commit };
      }
    },
  };
};

/** The open deadlines of all instances of a process: in their table, and those of earlier releases in the control table. */
export const allDeadlines = (client: DynamoDBClient, { deadlines, control }: DeadlineTables, process: string): AllDeadlines => ({
  async *each(): AsyncGenerator<Deadline> {
    const beginning = 'begins_with(#field, :text)';
    for await (const item of itemsWhere(client, deadlines, beginning, 'partition', `${process}/`)) yield deadlineOf(item);
    const former = itemsWhere(client, control, beginning, 'id', `deadline/${process}-`);
    for await (const item of former) yield formerDeadlineOf(item);
  },
});

/** The heads of all streams in a view's table, also those at home in rows; and its rows, in a kind of view whose rows are the cursor. */
export const allHeads = (client: DynamoDBClient, table: string, projection: Pick<AnyProjection, 'kind' | 'from'>): AllHeads => ({
  async *each() {
    const items = kindOf(projection).hasHeads
      ? itemsWhere(client, table, '#field IN (:text, :other)', 'sort', 'head', partSort(homeShard))
      : readEach(client, { scan: { TableName: table, ConsistentRead: true } });
    for await (const item of items) {
      const { key, stream, commit, home, ...others } = fromItem(item) as Readonly<{ key: string } & Partial<ViewItem>>;
      // What only says where a head is has no cursor.
      if (stream !== undefined && commit !== undefined && home === undefined) yield { key, stream, commit };
      for (const [name, head] of Object.entries(others)) {
        const its = streamAtHome(name);
        if (its !== undefined) yield { key: streamKey(projection, its), stream: its, commit: (head as ViewItem).commit };
      }
    }
  },
});

/** The time for which a purged queue may still delete arriving messages (milliseconds). */
export const purgeMilliseconds = 60_000;

/** Purges queues. A purge in progress counts as done. */
export const emptyQueues = async (client: SQSClient, urls: readonly string[]): Promise<void> => {
  for (const QueueUrl of urls) await unless(PurgeQueueInProgress, client.send(new PurgeQueueCommand({ QueueUrl })));
};
