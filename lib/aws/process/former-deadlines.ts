import { DeleteItemCommand, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Deadline, Deadlines, NamedDeadline } from '../../engine/process/ports.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';
import { readFirst } from '../view/paging.ts';
import { allOf, countedByProcess, deadlineTable, instancesIn, oldestOf, usuallyFew } from './deadlines.ts';

const partitions = 8;
const IndexName = 'due';

const keyOf = ({ instance, name, setBy }: NamedDeadline) => toItem({ id: `deadline/${instance}/${name}/${setBy}` });

/** An item of the control table as a deadline. */
export const formerDeadlineOf = (item: Item): Deadline => {
  const { instance, name, setBy, due } = fromItem(item) as Omit<Deadline, 'at'> & { due: string };
  return { instance, name, setBy, at: due };
};

/**
 * The open deadlines that releases before `deadlineTable` put into the control table. Stored format of 2026-11: `id`, the fields of a Deadline with `due` for
 * `at`, and `dueIn`, the process and a number, which only they have: the index `due` is of them alone. Nothing is put there any more; what is there fires, is
 * swept and removed, until the last of it is over.
 */
const formerDeadlines = (client: DynamoDBClient, table: string, fewest: number) => {
  const of = { TableName: table, IndexName };
  const overdueIn = async (dueIn: string, { from = '0', before, limit }: Parameters<Deadlines['overdue']>[1]) => {
    const query = {
      ...of,
      KeyConditionExpression: '#in = :in AND #due BETWEEN :from AND :before',
      ExpressionAttributeNames: { '#in': 'dueIn', '#due': 'due' },
      ExpressionAttributeValues: toItem({ ':in': dueIn, ':from': from, ':before': before }),
      Limit: limit,
    };
    // BETWEEN includes the end of the range; this range does not.
    return (await readFirst(client, { query }, limit)).items.map(formerDeadlineOf).filter(({ at }) => at < before);
  };
  return {
    /** Perhaps of a moment ago: half a unit, for what is put by no release that runs. One that is not seen yet the sweep finds. */
    has: async (deadline: Deadline) => {
      const read = { TableName: table, Key: keyOf(deadline), ProjectionExpression: 'id' };
      return (await client.send(new GetItemCommand(read))).Item !== undefined;
    },
    remove: async (deadline: Deadline) => {
      await client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(deadline) }));
    },
    few: async () => (await allOf(client, { scan: { ...of, Limit: fewest + 1 } }, fewest))?.map(formerDeadlineOf),
    overdue: (process: string, options: Parameters<Deadlines['overdue']>[1]) =>
      Promise.all(Array.from({ length: partitions }, (_, i) => overdueIn(`${process}/${i}`, options))),
    instances: () => instancesIn(client, of),
  };
};

/** The tables that deadlines are in: their own, and the control table for those of earlier releases. */
export type DeadlineTables = Readonly<{ deadlines: string; control: string }>;

/** The open deadlines of all instances, wherever they are: new ones are put into their own table. */
export const openDeadlines = (client: DynamoDBClient, tables: DeadlineTables, fewest = usuallyFew): Deadlines => {
  const own = deadlineTable(client, tables.deadlines, fewest);
  const former = formerDeadlines(client, tables.control, fewest);
  return {
    put: own.put,
    has: async (deadline) => (await own.has(deadline)) || former.has(deadline),
    remove: async (deadline) => {
      if (!(await own.removed(deadline))) await former.remove(deadline);
    },
    few: async () => {
      const lists = await Promise.all([own.few(), former.few()]);
      return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
    },
    overdue: async (process, options) => {
      const [due, ...formerlyDue] = await Promise.all([own.overdue(process, options), former.overdue(process, options)]);
      return oldestOf([due, ...formerlyDue.flat()], options.limit);
    },
    ofOthers: async (processes) => {
      const lists = await Promise.all([instancesIn(client, { TableName: tables.deadlines }), former.instances()]);
      return countedByProcess(lists.flat(), processes);
    },
  };
};
