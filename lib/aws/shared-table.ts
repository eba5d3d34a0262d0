import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  type Put,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Share } from '../core/share.ts';
import type { RowChange, RowListing, RowPart, View, ViewItem, ViewReader } from '../engine/ports.ts';
import { partSort, rowAt, rowPlace, shareSort, totalOf } from '../engine/shares.ts';
import { NotStorable } from '../engine/storable.ts';
import { fromItem, type Item, toItem } from './attributes.ts';
import { persistently } from './commit-store.ts';

/** The index of a view's shared rows by whose they are: of their keys alone, which never change, so that adding to a row costs nothing here. */
const byListing = 'shared-rows';
const requestsPerPage = 20;
const readsAtOnce = 25;
/** How many items a scan of the whole table looks at, at once. */
const lookFurther = 1_000;

type Place = Readonly<Record<string, unknown>>;
type Row = RowListing['items'][number];

const placeOf = ({ key, sort, listed }: Item, consistent: boolean): Item => ({
  key: key!,
  sort: sort!,
  ...(!consistent && { listed: listed! }),
});

const isHighest = (name: string) => name.startsWith('highest/');

const toPart = ({ key, sort, listed: _, ...values }: Record<string, unknown>): RowPart => {
  const names = Object.entries(values);
  return {
    row: rowAt(String(key)),
    shard: Number(String(sort).slice('part#'.length)),
    amounts: Object.fromEntries(names.filter(([name]) => !isHighest(name))) as RowPart['amounts'],
    highest: Object.fromEntries(names.filter(([name]) => isHighest(name))) as RowPart['highest'],
  };
};

/** Adds to a part of a row. What is not there yet is below or above nothing: `NOT` holds for it. */
const addition = (TableName: string, { row, shard, listed, add, raise }: RowChange): TransactWriteItem => {
  const [amounts, highest] = [Object.entries(add), Object.entries(raise)];
  const conditions = [
    ...amounts.map(([_, amount], i) => (amount > 0 ? `NOT #a${i} > :b${i}` : `NOT #a${i} < :b${i}`)),
    ...highest.map(
      ([_, value], i) => `NOT #h${i} >= :h${i}${typeof value === 'number' ? ` AND NOT attribute_type(#h${i}, :S)` : ''}`,
    ),
  ];
  const bound = (amount: number) => (amount > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER) - amount;
  return {
    Update: {
      TableName,
      Key: toItem({ key: rowPlace(row), sort: partSort(shard) }),
      UpdateExpression: [
        `SET ${['#listed = :listed', ...highest.map((_, i) => `#h${i} = :h${i}`)].join(', ')}`,
        `ADD ${amounts.map((_, i) => `#a${i} :a${i}`).join(', ')}`,
      ].join(' '),
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: {
        '#listed': 'listed',
        ...Object.fromEntries(amounts.map(([name], i) => [`#a${i}`, name])),
        ...Object.fromEntries(highest.map(([name], i) => [`#h${i}`, name])),
      },
      ExpressionAttributeValues: toItem({
        ':listed': listed,
        ...Object.fromEntries(
          amounts.flatMap(([_, amount], i) => [
            [`:a${i}`, amount],
            [`:b${i}`, bound(amount)],
          ]),
        ),
        ...Object.fromEntries(highest.map(([_, value], i) => [`:h${i}`, value])),
        ...(highest.some(([_, value]) => typeof value === 'number') && { ':S': 'S' }),
      }),
    },
  };
};

const contribution = (TableName: string, { row, stream, commit, share }: RowChange): TransactWriteItem => {
  const place = { key: rowPlace(row), sort: shareSort(stream) };
  // Deleted rather than left as a tombstone: the head, in the same transaction, keeps anything old from coming back.
  return share
    ? { Put: { TableName, Item: toItem({ ...place, stream, commit, share }) } }
    : { Delete: { TableName, Key: toItem(place) } };
};

type Condition = Pick<Put, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;

/** That a head is where it was read, by its cursor and by how much of what was begun is done; and, to go on, that nobody has parked it since. */
export const whereItWas = (before: ViewItem | undefined, goesOn: boolean): Condition =>
  before === undefined
    ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } }
    : {
        ConditionExpression: `#commit = :commit AND ${before.begun ? '#begun.#done = :done' : 'attribute_not_exists(#begun)'}${goesOn ? ' AND attribute_not_exists(#parked)' : ''}`,
        ExpressionAttributeNames: {
          '#commit': 'commit',
          '#begun': 'begun',
          ...(before.begun && { '#done': 'done' }),
          ...(goesOn && { '#parked': 'parked' }),
        },
        ExpressionAttributeValues: toItem({ ':commit': before.commit, ':done': before.begun?.done }),
      };

const codesOf = ({ CancellationReasons = [] }: TransactionCanceledException) =>
  CancellationReasons.map(({ Code }) => Code ?? 'None');

type SharedTable = Pick<View & ViewReader, 'putShares' | 'putPart' | 'part' | 'shares' | 'parts' | 'sharedRows' | 'sharesIn'>;

/** What shared rows need of a view's table. Stored format of 2026-11: under `@<row key>`, `part#<shard>` with `listed` and the amounts of
 * engine/shares.ts, and `share#<stream>` with the stream's contribution. */
export const sharedTable = (client: DynamoDBClient, TableName: string, toStored: (item: ViewItem) => Item): SharedTable => {
  const persist = persistently();
  const partsOf = async (row: string): Promise<readonly RowPart[]> => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: '#key = :key AND begins_with(#sort, :part)',
        ExpressionAttributeNames: { '#key': 'key', '#sort': 'sort' },
        ExpressionAttributeValues: toItem({ ':key': rowPlace(row), ':part': 'part#' }),
      }),
    );
    return Items.map((item) => toPart(fromItem(item)));
  };
  /** A row with several parts is found with each; in no order, it is answered at the first of them alone. */
  const rowOf = async (found: Item) => {
    const { key, sort } = fromItem(found);
    const row = rowAt(String(key));
    const parts = await partsOf(row);
    return parts[0] && (sort === undefined || partSort(parts[0].shard) === sort) && totalOf(parts) ? [{ row, parts }] : [];
  };
  const scan = (consistent: boolean, paging: Readonly<{ Limit: number; ExclusiveStartKey: Item | undefined }>) =>
    client.send(
      new ScanCommand({
        TableName,
        ...paging,
        ...(consistent
          ? {
              ConsistentRead: true,
              Limit: lookFurther,
              FilterExpression: 'begins_with(#sort, :part)',
              ExpressionAttributeNames: { '#sort': 'sort' },
              ExpressionAttributeValues: toItem({ ':part': 'part#' }),
            }
          : { IndexName: byListing }),
      }),
    );
  const everybodys = async (limit: number, after: Place | undefined, consistent: boolean): Promise<RowListing> => {
    let last =
      after &&
      toItem(consistent ? { key: after.key, sort: after.sort } : { key: after.key, sort: after.sort, listed: after.listed });
    const items: Row[] = [];
    for (let requests = 0; requests < requestsPerPage; requests++) {
      const { Items = [], LastEvaluatedKey } = await scan(consistent, { Limit: limit - items.length, ExclusiveStartKey: last });
      last = LastEvaluatedKey;
      for (const [i, found] of Items.entries()) {
        items.push(...(await rowOf(found)));
        if (items.length < limit) continue;
        // A place to go on from is any item's own: the scan may have looked further than the page goes.
        if (i < Items.length - 1) last = placeOf(found, consistent);
        return { items, ...(last && { next: fromItem(last) }) };
      }
      if (!last) break;
    }
    return { items, ...(last && { next: fromItem(last) }) };
  };
  const owners = async (limit: number, after: Place | undefined, owner: string): Promise<RowListing> => {
    let key = after?.key;
    const items: Row[] = [];
    for (let requests = 0; requests < requestsPerPage; requests++) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: byListing,
          // A condition on the key rather than a place to start from, which would have to name a part of the row as well.
          KeyConditionExpression: `#listed = :listed${key === undefined ? '' : ' AND #key > :key'}`,
          ExpressionAttributeNames: { '#listed': 'listed', ...(key !== undefined && { '#key': 'key' }) },
          ExpressionAttributeValues: toItem({ ':listed': `owner/${owner}`, ':key': key }),
          Limit: limit - items.length,
        }),
      );
      const keys = [...new Set(Items.map((item) => fromItem(item).key))];
      items.push(...(await Promise.all(keys.map((each) => rowOf(toItem({ key: each }))))).flat());
      key = keys.at(-1) ?? key;
      if (!LastEvaluatedKey) return { items };
      if (items.length >= limit) break;
    }
    return { items, next: { key } };
  };
  return {
    putShares: async (head, before, changes) => {
      const condition = whereItWas(before, head.parked === undefined && before?.parked === undefined);
      try {
        if (changes.length === 0) await client.send(new PutItemCommand({ TableName, Item: toStored(head), ...condition }));
        else {
          const rows = changes.flatMap((change) => [addition(TableName, change), contribution(TableName, change)]);
          const TransactItems = [{ Put: { TableName, Item: toStored(head), ...condition } }, ...rows];
          await persist(() => client.send(new TransactWriteItemsCommand({ TransactItems })));
        }
        return 'written';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'moved';
        if (!(error instanceof TransactionCanceledException)) throw error;
        const codes = codesOf(error);
        if (codes[0] === 'ConditionalCheckFailed') return 'moved';
        if (codes.includes('ValidationError'))
          throw new NotStorable(`A row cannot take what is added: ${error.message}`, { cause: error });
        if (codes.includes('ConditionalCheckFailed')) return 'refused';
        throw error;
      }
    },
    part: async (row, shard) => {
      const Key = toItem({ key: rowPlace(row), sort: partSort(shard) });
      const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return Item && toPart(fromItem(Item));
    },
    shares: async (stream, rows) => {
      const found = new Map<string, Share>();
      for (let i = 0; i < rows.length; i += readsAtOnce)
        await Promise.all(
          rows.slice(i, i + readsAtOnce).map(async (row) => {
            const Key = toItem({ key: rowPlace(row), sort: shareSort(stream) });
            const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
            const share = Item && (fromItem(Item) as ViewItem).share;
            if (share) found.set(row, share);
          }),
        );
      return found;
    },
    putPart: async ({ row, shard, amounts, highest }, listed, changes) => {
      const none = changes === undefined;
      const Item = { key: rowPlace(row), sort: partSort(shard), listed, ...amounts, ...highest, changes: (changes ?? 0) + 1 };
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: toItem(Item),
            ConditionExpression: none ? 'attribute_not_exists(#changes)' : '#changes = :changes',
            ExpressionAttributeNames: { '#changes': 'changes' },
            ...(!none && { ExpressionAttributeValues: toItem({ ':changes': changes }) }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
    parts: partsOf,
    sharedRows: ({ limit, after, owner, consistent = false }) =>
      owner === undefined ? everybodys(limit, after, consistent) : owners(limit, after, owner),
    sharesIn: async (row, { limit, after }) => {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: '#key = :key AND begins_with(#sort, :share)',
          ExpressionAttributeNames: { '#key': 'key', '#sort': 'sort' },
          ExpressionAttributeValues: toItem({ ':key': rowPlace(row), ':share': 'share#' }),
          Limit: limit,
          ExclusiveStartKey: after && toItem({ key: rowPlace(row), sort: after.sort }),
        }),
      );
      return {
        items: Items.map((item) => fromItem(item) as ViewItem),
        ...(LastEvaluatedKey && { next: fromItem(LastEvaluatedKey) }),
      };
    },
  };
};
