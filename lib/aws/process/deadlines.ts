import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { parseStream } from '../../core/stream.ts';
import type { Deadline, Deadlines } from '../../engine/process/ports.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';
import { systemHash } from '../system.ts';
import { type Reading, readFirst } from '../view/paging.ts';

/**
 * The partitions of each process, so that the deadlines of none wait behind another's. One takes 1,000 writes a second, which setting and settling deadlines
 * come to at 500 of them: these take 16,000 in a second. Where there are more than a few, each run of the sweep reads them all. The number never changes:
 * a deadline is in the partition that it was put into.
 */
export const deadlinePartitions = 32;
/** Up to so many are read as a whole, by some thirty read units: as many as the partitions of one process take. */
export const usuallyFew = 500;
/** About a hundred read units, once in a pass of the sweep. */
const mostCounted = 10_000;

const processOf = (instance: string): string => parseStream(instance)?.category ?? instance;
const partitionOf = ({ instance, name, setBy }: Deadline): string =>
  `${processOf(instance)}/${Number.parseInt(systemHash(`${instance}/${name}/${setBy}`).slice(0, 8), 16) % deadlinePartitions}`;

const keyOf = (deadline: Deadline): Item => {
  const { instance, name, setBy, at } = deadline;
  return toItem({ partition: partitionOf(deadline), place: `${at}/${instance}/${name}/${setBy}` });
};

/** An item of the table as a deadline. */
export const deadlineOf = (item: Item): Deadline => {
  const { instance, name, setBy, at } = fromItem(item) as Deadline;
  return { instance, name, setBy, at };
};

/** The first items that a request finds, if those are all. */
export const allOf = async (client: DynamoDBClient, reading: Reading, most: number): Promise<readonly Item[] | undefined> => {
  const { items, more } = await readFirst(client, reading, most);
  return more ? undefined : items;
};

/** How many deadlines there are of each process but for some, by their instances. */
export const countedByProcess = (instances: readonly string[], except: readonly string[]): Readonly<Record<string, number>> => {
  const others = instances.map(processOf).filter((process) => !except.includes(process));
  return Object.fromEntries([...Map.groupBy(others, (process) => process)].map(([process, own]) => [process, own.length]));
};

/** The instances of deadlines, by a scan of where those are. */
export const instancesIn = async (
  client: DynamoDBClient,
  of: Readonly<{ TableName: string; IndexName?: string }>,
): Promise<readonly string[]> => {
  const scan = { ...of, ProjectionExpression: '#id', ExpressionAttributeNames: { '#id': 'instance' } };
  const { items } = await readFirst(client, { scan }, mostCounted);
  return items.map((item) => String(fromItem(item).instance));
};

/** The oldest of several lists together. */
export const oldestOf = (lists: readonly (readonly Deadline[])[], limit: number): readonly Deadline[] =>
  lists
    .flat()
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, limit);

/**
 * The open deadlines of all instances, in a table of their own: one unit for each that is put, and one where it is removed. Stored format of 2026-11:
 * `partition`, the process and a number; `place`, `<due>/<instance>/<name>/<set by>`; and the fields of a Deadline.
 */
export const deadlineTable = (client: DynamoDBClient, table: string, fewest = usuallyFew) => {
  const overdueIn = async (partition: string, { from = '0', before, limit }: Parameters<Deadlines['overdue']>[1]) => {
    const query = {
      TableName: table,
      ConsistentRead: true,
      // A place is longer than an instant, so that none is `before` itself.
      KeyConditionExpression: '#partition = :partition AND #place BETWEEN :from AND :before',
      ExpressionAttributeNames: { '#partition': 'partition', '#place': 'place' },
      ExpressionAttributeValues: toItem({ ':partition': partition, ':from': from, ':before': before }),
      Limit: limit,
    };
    return (await readFirst(client, { query }, limit)).items.map(deadlineOf);
  };
  /** Whether it was there. */
  const removed = async (deadline: Deadline): Promise<boolean> => {
    const command = new DeleteItemCommand({ TableName: table, Key: keyOf(deadline), ReturnValues: 'ALL_OLD' });
    return (await client.send(command)).Attributes !== undefined;
  };
  return {
    put: async (deadline) => {
      const { instance, name, setBy, at } = deadline;
      const Item = { ...keyOf(deadline), ...toItem({ instance, name, setBy, at }) };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    },
    has: async (deadline) => {
      const read = { TableName: table, Key: keyOf(deadline), ConsistentRead: true, ProjectionExpression: '#place' };
      const { Item } = await client.send(new GetItemCommand({ ...read, ExpressionAttributeNames: { '#place': 'place' } }));
      return Item !== undefined;
    },
    removed,
    remove: async (deadline) => void (await removed(deadline)),
    few: async () => {
      const scan = { TableName: table, ConsistentRead: true, Limit: fewest + 1 };
      return (await allOf(client, { scan }, fewest))?.map(deadlineOf);
    },
    overdue: async (process, options) => {
      const all = await Promise.all(Array.from({ length: deadlinePartitions }, (_, i) => overdueIn(`${process}/${i}`, options)));
      return oldestOf(all, options.limit);
    },
    ofOthers: async (processes) => countedByProcess(await instancesIn(client, { TableName: table }), processes),
  } satisfies Deadlines & { removed: typeof removed };
};
