import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { parseStream } from '../../core/stream.ts';
import type { Deadline, Deadlines } from '../../engine/process/ports.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';
import { systemHash } from '../system.ts';
import { readFirst } from '../view/paging.ts';

/**
 * The index's partitions of each process, so that the deadlines of none wait behind another's. One would take 1,000 writes a second, which setting and
 * settling deadlines come to at 500 of them; with more, each run of the sweep asks more often.
 */
const partitions = 8;
const byDue = 'due';
/** About a hundred read units, once in a pass of the sweep. */
const mostCounted = 10_000;

type DeadlineKey = Omit<Deadline, 'at'>;

const keyOf = ({ instance, name, setBy }: DeadlineKey) => toItem({ id: `deadline/${instance}/${name}/${setBy}` });
const processOf = (instance: string): string => parseStream(instance)?.category ?? instance;
const partitionOf = ({ instance, name, setBy }: DeadlineKey): string =>
  `${processOf(instance)}/${Number.parseInt(systemHash(`${instance}/${name}/${setBy}`).slice(0, 8), 16) % partitions}`;

/** Open deadlines in the control table. Stored format of 2026-11: `id`, the fields of a Deadline with `due` for `at`, and `dueIn`, which only they have:
 * the index is of them alone. */
const itemOf = ({ at, ...known }: Deadline): Item => ({
  ...keyOf(known),
  ...toItem({ ...known, due: at, dueIn: partitionOf(known) }),
});

export const deadlineOf = (item: Item): Deadline => {
  const { instance, name, setBy, due } = fromItem(item) as DeadlineKey & { due: string };
  return { instance, name, setBy, at: due };
};

/** The open deadlines of all instances. */
export const deadlineItems = (client: DynamoDBClient, table: string): Deadlines => {
  const overdueIn = async (dueIn: string, { from = '0', before, limit }: Parameters<Deadlines['overdue']>[1]) => {
    const query = {
      TableName: table,
      IndexName: byDue,
      KeyConditionExpression: '#in = :in AND #due BETWEEN :from AND :before',
      ExpressionAttributeNames: { '#in': 'dueIn', '#due': 'due' },
      ExpressionAttributeValues: toItem({ ':in': dueIn, ':from': from, ':before': before }),
      Limit: limit,
    };
    // BETWEEN includes the end of the range; this range does not.
    return (await readFirst(client, { query }, limit)).items.map(deadlineOf).filter(({ at }) => at < before);
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
    overdue: async (process, options) => {
      const { limit } = options;
      const all = await Promise.all(Array.from({ length: partitions }, (_, i) => overdueIn(`${process}/${i}`, options)));
      return all
        .flat()
        .sort((a, b) => (a.at < b.at ? -1 : 1))
        .slice(0, limit);
    },
    ofOthers: async (processes) => {
      const scan = {
        TableName: table,
        IndexName: byDue,
        ProjectionExpression: '#id',
        ExpressionAttributeNames: { '#id': 'instance' },
      };
      const found = (await readFirst(client, { scan }, mostCounted)).items.map((item) =>
        processOf(String(fromItem(item).instance)),
      );
      const others = Object.groupBy(
        found.filter((process) => !processes.includes(process)),
        (process) => process,
      );
      return Object.fromEntries(Object.entries(others).map(([process, own = []]) => [process, own.length]));
    },
  };
};
