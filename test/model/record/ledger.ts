import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromItem, type Item } from '../../../lib/aws/attributes.ts';
import { inTransaction, writeUnits } from '../../../lib/engine/cost/units.ts';
import { itemSize } from '../../../lib/engine/store/size.ts';

/** One write of an item collection, in a table or in one of its indexes. */
export type Written = Readonly<{
  at: string;
  key: string;
  units: number;
  /** The item, where a transaction writes it. */
  item?: string;
}>;

type Index = Readonly<{ name: string; key: string; onlyKeys?: true }>;
export type TableShape = Readonly<{ partition: string; sort?: string; indexes: (item: Item) => readonly Index[] }>;

type Write = Readonly<{
  TableName?: string;
  Item?: Item;
  Key?: Item;
  UpdateExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
}>;
type Requested = Write & Readonly<{ TransactItems?: readonly Readonly<Record<string, Write>>[] }>;

/** Units of an item that is written. */
const unitsOf = (...items: readonly (Item | undefined)[]): number =>
  writeUnits(...items.map((item) => (item ? itemSize(fromItem(item)) : 0)));

/** An update as far as the model needs it: what is set and added stands there afterwards. */
const updated = (
  before: Item | undefined,
  { Key = {}, UpdateExpression = '', ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }: Write,
): Item => {
  const after: Item = { ...before, ...Key };
  for (const [, name = '', value = ''] of UpdateExpression.matchAll(/(#\w+)(?: =|) (:\w+)/g))
    after[names[name] ?? name] = values[value]!;
  return after;
};

const without = (item: Item) => JSON.stringify(Object.entries(item).sort());

/**
 * The tables as they stand, and the units of each write to them and to their indexes, by DynamoDB's published rule. Requests are taken from the real
 * adapters: what is written, under which key, is theirs. Whether a condition holds is decided elsewhere: only writes that took place come here.
 */
export const tableLedger = (shapes: ReadonlyMap<string, TableShape>) => {
  const items = new Map<string, Item>();
  let notes: Written[] = [];
  const indexWrites = (table: string, before: Item | undefined, after: Item | undefined): void => {
    const { indexes } = shapes.get(table)!;
    const [old, now] = [before ? indexes(before) : [], after ? indexes(after) : []];
    const note = (name: string, key: string, item: Item, onlyKeys?: true) =>
      notes.push({ at: `${table}/${name}`, key, units: onlyKeys ? 1 : unitsOf(item) });
    for (const { name, key, onlyKeys } of now) {
      const was = old.find((each) => each.name === name);
      const moved = was === undefined || was.key !== key;
      if (moved || (!onlyKeys && without(before!) !== without(after!))) note(name, key, after!, onlyKeys);
    }
    for (const { name, key, onlyKeys } of old)
      if (!now.some((each) => each.name === name && each.key === key)) note(name, key, before!, onlyKeys);
  };
  const write = (kind: string, one: Write, transaction: boolean): void => {
    const table = one.TableName ?? '';
    const shape = shapes.get(table);
    if (!shape) throw new Error(`The model knows no table ${table}: add it to its shapes.`);
    const keyed = one.Item ?? one.Key ?? {};
    const place = JSON.stringify([table, keyed[shape.partition], shape.sort && keyed[shape.sort]]);
    const before = items.get(place);
    const partition = String(Object.values(keyed[shape.partition] ?? {})[0]);
    const sort = shape.sort === undefined ? '' : ` ${Object.values(keyed[shape.sort] ?? {})[0]}`;
    const met = transaction ? { item: `${partition}${sort}` } : {};
    if (kind === 'ConditionCheck') return void notes.push({ at: table, key: partition, units: inTransaction, ...met });
    const after = kind === 'Delete' ? undefined : kind === 'Update' ? updated(before, one) : one.Item;
    notes.push({ at: table, key: partition, units: unitsOf(before, after) * (transaction ? inTransaction : 1), ...met });
    // Writes to an index take single units, also behind a transaction.
    indexWrites(table, before, after);
    if (after) items.set(place, after);
    else items.delete(place);
  };
  return {
    /** A client that sends nothing, and answers as if all had gone well. */
    client: {
      config: {},
      send: async (command: Readonly<{ constructor: { name: string }; input: Requested }>) => {
        const kind = command.constructor.name.replace(/(Item)?Command$/, '');
        if (kind === 'TransactWriteItems')
          for (const each of command.input.TransactItems ?? [])
            for (const [of, one] of Object.entries(each)) write(of, one, true);
        else if (kind === 'Put' || kind === 'Update' || kind === 'Delete') write(kind, command.input, false);
        return {};
      },
    } as unknown as DynamoDBClient,
    take: (): readonly Written[] => {
      const taken = notes;
      notes = [];
      return taken;
    },
  };
};
