import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Deadline, Deadlines } from '../engine/process/ports.ts';
import { fromItem, type Item, toItem } from './attributes.ts';
import { readFirst } from './paging.ts';
import { systemHash } from './system.ts';

/**
 * The index's partitions. One would take 1,000 writes a second, which setting and settling deadlines come to at 500 of them; with more, each run
 * of the sweep asks more often. They do not go by process: the sweep finds the deadlines of one that is gone as well.
 */
const partitions = 8;
const byDue = 'due';

type Known = Omit<Deadline, 'at'>;

const keyOf = ({ instance, name, setBy }: Known) => toItem({ id: `deadline/${instance}/${name}/${setBy}` });
const partitionOf = ({ instance, name, setBy }: Known): string =>
  String(Number.parseInt(systemHash(`${instance}/${name}/${setBy}`).slice(0, 8), 16) % partitions);

/** Open deadlines in the control table. Stored format of 2026-11: `id`, the fields of a Deadline with `due` for `at`, and `dueIn`, which only they have:
 * the index is of them alone. */
const itemOf = ({ at, ...known }: Deadline): Item => ({
  ...keyOf(known),
  ...toItem({ ...known, due: at, dueIn: partitionOf(known) }),
});

export const deadlineOf = (item: Item): Deadline => {
  const { instance, name, setBy, due } = fromItem(item) as Known & { due: string };
  return { instance, name, setBy, at: due };
};

/** The open deadlines of all instances. */
export const deadlineItems = (client: DynamoDBClient, table: string): Deadlines => {
  const overdueIn = async (dueIn: string, before: string, limit: number): Promise<readonly Deadline[]> => {
    const query = {
      TableName: table,
      IndexName: byDue,
      KeyConditionExpression: '#in = :in AND #due < :before',
      ExpressionAttributeNames: { '#in': 'dueIn', '#due': 'due' },
      ExpressionAttributeValues: toItem({ ':in': dueIn, ':before': before }),
      Limit: limit,
    };
    return (await readFirst(client, { query }, limit)).items.map(deadlineOf);
  };
  return {
    put: async (deadline) => {
      await client.send(new PutItemCommand({ TableName: table, Item: itemOf(deadline) }));
    },
    has: async (deadline) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyOf(deadline), ConsistentRead: true, ProjectionExpression: 'id' }),
      );
      return Item !== undefined;
    },
    remove: async (deadline) => {
      await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(deadline) }));
    },
    overdue: async (before, limit) => {
      const all = await Promise.all(Array.from({ length: partitions }, (_, i) => overdueIn(String(i), before, limit)));
      return all
        .flat()
        .sort((a, b) => (a.at < b.at ? -1 : 1))
        .slice(0, limit);
    },
  };
};
