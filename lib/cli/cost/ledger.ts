import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromItem, type Item } from '../../aws/attributes.ts';
import { type Indexed, indexUnits, inTransaction, writeUnits } from '../../engine/cost/units.ts';
import { itemSize } from '../../engine/store/size.ts';

/**
 * One write: by which part of the deployment, into which table or `<table>/<index>`, under which partition key; its units, and the bytes that it adds.
 * Where a transaction writes, or only looks at it, it names the item; where a table spreads its items over a fixed number of keys, `of` is that.
 */
export type Written = Readonly<{
  part: string;
  at: string;
  key: string;
  units: number;
  bytes: number;
  item?: string;
  of?: number;
}>;

/** An index of a table: the attributes that are its key, of which an item without one is not in it, and what it holds. */
export type IndexShape = Readonly<{ name: string; partition: string; sort?: string; holds: 'all' | 'keys' | readonly string[] }>;
/** `spread`: over so many keys of one form it spreads its items, of which a sample sees some. */
export type TableShape = Readonly<{ partition: string; sort?: string; spread?: number; indexes: readonly IndexShape[] }>;

type Write = Readonly<{
  TableName?: string;
  Item?: Item;
  Key?: Item;
  UpdateExpression?: string;
  ExpressionAttributeNames?: Readonly<Record<string, string>>;
  ExpressionAttributeValues?: Item;
}>;
type Input = Write & Readonly<{ TransactItems?: readonly Readonly<Record<string, Write>>[] }>;

const textOf = (item: Item, name: string): string | undefined => {
  const [value] = Object.values(item[name] ?? {});
  return value === undefined ? undefined : String(value);
};
const bytesOf = (item: Item): number => itemSize(fromItem(item));

/** An update as far as units need it: what is set and added stands there afterwards, and what is removed does not. */
const updated = (before: Item | undefined, write: Write): Item => {
  const { Key = {}, UpdateExpression = '', ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = write;
  const after: Item = { ...before, ...Key };
  for (const [, name = '', value = ''] of UpdateExpression.matchAll(/(#\w+)(?: =|) (:\w+)/g))
    if (values[value]) after[names[name] ?? name] = values[value];
  const [, removed = ''] = /REMOVE ([^A-Z]*)/.exec(UpdateExpression) ?? [];
  for (const name of removed.split(/[ ,]+/)) delete after[names[name] ?? name];
  return after;
};

const inIndex = (item: Item | undefined, { partition, sort, holds }: IndexShape, own: TableShape): Indexed | undefined => {
  const keys = [partition, ...(sort === undefined ? [] : [sort])];
  if (!item || keys.some((name) => item[name] === undefined)) return undefined;
  const always = [...keys, own.partition, ...(own.sort === undefined ? [] : [own.sort])];
  const names = holds === 'all' ? Object.keys(item) : [...always, ...(holds === 'keys' ? [] : holds)];
  const held = Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
  return {
    keys: JSON.stringify(keys.map((name) => item[name])),
    content: JSON.stringify(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1))),
    bytes: bytesOf(held),
  };
};

/**
 * Tables that hold what was written to them, and note the units of each write by DynamoDB's published rule. The requests come from the real adapters: what
 * is written, under which key, and in which transaction, is theirs. Whether a condition holds is decided elsewhere; only writes that take place come here.
 */
export const ledger = (shapes: ReadonlyMap<string, TableShape>) => {
  const items = new Map<string, Item>();
  let notes: Written[] = [];
  const write = (part: string, kind: string, one: Write, transaction: boolean): void => {
    const table = one.TableName ?? '';
    const shape = shapes.get(table);
    if (!shape) throw new Error(`There is no table ${table} in the ledger.`);
    const keyed = one.Item ?? one.Key ?? {};
    const key = textOf(keyed, shape.partition) ?? '';
    const sort = shape.sort && textOf(keyed, shape.sort);
    const spread = shape.spread === undefined ? {} : { of: shape.spread };
    const met = transaction ? { item: sort === undefined ? key : `${key} ${sort}` } : {};
    const note = (at: string, under: string, units: number, bytes: number, more: Pick<Written, 'item' | 'of'> = {}) =>
      units > 0 && notes.push({ part, at, key: under, units, bytes, ...more });
    if (kind === 'ConditionCheck') return void note(table, key, inTransaction, 0, met);
    const place = JSON.stringify([table, key, sort]);
    const before = items.get(place);
    const after = kind === 'Delete' ? undefined : kind === 'Update' ? updated(before, one) : one.Item;
    const [was, is] = [before ? bytesOf(before) : 0, after ? bytesOf(after) : 0];
    note(table, key, writeUnits(was, is) * (transaction ? inTransaction : 1), is - was, { ...met, ...spread });
    for (const index of shape.indexes) {
      const [from, to] = [inIndex(before, index, shape), inIndex(after, index, shape)];
      const under = textOf(after ?? {}, index.partition) ?? textOf(before ?? {}, index.partition) ?? '';
      // An index takes single units, also behind a transaction.
      note(`${table}/${index.name}`, under, indexUnits(from, to), (to?.bytes ?? 0) - (from?.bytes ?? 0));
    }
    if (after) items.set(place, after);
    else items.delete(place);
  };
  const take = (part: string, command: string, asked: Input): void => {
    const kind = command.replace(/(Item)?Command$/, '');
    if (kind === 'TransactWriteItems')
      for (const each of asked.TransactItems ?? []) for (const [of, one] of Object.entries(each)) write(part, of, one, true);
    else if (kind === 'Put' || kind === 'Update' || kind === 'Delete') write(part, kind, asked, false);
  };
  return {
    /** Clients that send nothing, and answer as if all had gone well: what they are told is of one part. */
    client: (part: string): DynamoDBClient => {
      const send = async ({ constructor: { name }, input }: Readonly<{ constructor: { name: string }; input: Input }>) => {
        take(part, name, input);
        return {};
      };
      return { config: {}, send } as unknown as DynamoDBClient;
    },
    /** The same for what makes a client of documents of it, which takes no stand-in: slower, since it goes through much of the SDK. */
    documents: (part: string): DynamoDBClient => {
      const client = new DynamoDBClient({ region: 'none', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
      client.middlewareStack.addRelativeTo(
        (_: unknown, { commandName = '' }: { commandName?: string }) =>
          async ({ input }: { input: object }) => {
            take(part, commandName, input as Input);
            return { output: { $metadata: {} }, response: {} };
          },
        // Behind what turns plain values into attributes, and before anything is looked up, signed and sent.
        { relation: 'after', toMiddleware: 'DocumentMarshall', name: 'foldstreamLedger' },
      );
      return client;
    },
    written: (): readonly Written[] => {
      const taken = notes;
      notes = [];
      return taken;
    },
  };
};

type Ports = Readonly<Record<string, unknown>>;
type Call = (...args: readonly never[]) => Promise<unknown>;

const isWrite = (name: string): boolean => /^(append|put|save|move|set|remove|cancel|note|clear|add)/.test(name);

/** Items that a read has answered. */
const itemsIn = (answer: unknown): readonly object[] => {
  if (typeof answer !== 'object' || answer === null) return [];
  if (answer instanceof Map) return [...answer.values()].filter((each) => typeof each === 'object');
  const { commits, items } = answer as { commits?: readonly object[]; items?: readonly object[] };
  return commits ?? items ?? (Array.isArray(answer) ? answer : [answer]);
};

/** A write that lost a race answers what was there instead, or that it was refused. */
const tookPlace = (answer: unknown): boolean =>
  answer === undefined ||
  answer === true ||
  answer === 'written' ||
  (typeof answer === 'object' && answer !== null && 'stored' in answer && answer.stored === true);

/**
 * A port in memory whose writes are made once more by the real adapter, over a client of the ledger: the port decides what becomes of a call, the adapter
 * what is written where. `read` is told the bytes of each read.
 */
export const noted = <P extends object>(
  memory: P,
  adapter: object,
  called: (bytesRead: number | undefined) => void,
  sizeOf: (item: never) => number = itemSize,
): P => {
  const wrap = (name: string, call: Call): Call =>
    (async (...args: readonly never[]) => {
      const answer = await call(...args);
      called(isWrite(name) ? undefined : itemsIn(answer).reduce((sum, item) => sum + sizeOf(item as never), 0));
      if (isWrite(name) && tookPlace(answer)) await ((adapter as Ports)[name] as Call | undefined)?.(...args);
      return answer;
    }) as Call;
  return Object.fromEntries(
    Object.entries(memory as Ports).map(([name, each]) => [name, typeof each === 'function' ? wrap(name, each as Call) : each]),
  ) as P;
};
