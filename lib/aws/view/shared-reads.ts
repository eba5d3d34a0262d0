import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { atOnce } from '../../engine/at-once.ts';
import type { RowListing, RowPart, View, ViewItem, ViewReader } from '../../engine/ports.ts';
import { fromHome, homeName, isOfHomes } from '../../engine/view/kinds/homes.ts';
import { totalOf } from '../../engine/view/parts.ts';
import { homeShard, noted, noteSort, partSort, rowAt, rowPlace, streamAt } from '../../engine/view/shares.ts';
import { fromItem, type Item, toAmount, toItem } from '../attributes.ts';
import { lookFurther, readAll, readPage, requestsPerPage } from './paging.ts';

/** The index of a view's shared rows by owner: of keys only, which never change, so that adding to a row costs nothing here. */
const byListing = 'shared-rows';
const readsAtOnce = 25;
/** A row is in the index once for each of its parts, mostly of so many. */
const partsPerRow = 8;

type PageToken = Readonly<Record<string, unknown>>;
type Row = RowListing['items'][number];

/** The key of an item, in the table or in the index. */
const placeOf = <V>({ key, sort, listed }: Readonly<Record<string, V>>, consistent: boolean): Record<string, V> => ({
  key: key!,
  sort: sort!,
  ...(!consistent && { listed: listed! }),
});

const isHighest = (name: string) => name.startsWith('highest/');

const toPart = ({ key, sort, listed: _, ...values }: Item): RowPart => {
  const names = Object.entries(values).filter(([name]) => !isOfHomes(name));
  return {
    row: rowAt(key?.S ?? ''),
    shard: Number(sort?.S?.slice('part#'.length)),
    amounts: Object.fromEntries(names.flatMap(([name, { N = '0' }]) => (isHighest(name) ? [] : [[name, toAmount(N)]]))),
    highest: fromItem(Object.fromEntries(names.filter(([name]) => isHighest(name)))) as RowPart['highest'],
  };
};

/** The head of a stream that is at home in a row, in the item that such heads are in. */
export const homeIn = (homes: Item, row: string, at: Pick<ViewItem, 'key' | 'stream'>): ViewItem | undefined => {
  const stored = homes[homeName(at.stream)]?.M;
  return stored && fromHome(row, at, fromItem(stored));
};

type Table = Readonly<{ client: DynamoDBClient; TableName: string }>;

/** Items of a row by their prefix: its parts, or the notes of the streams that have entered it. */
const under = (TableName: string, row: string, beginning: 'part#' | typeof noted) => ({
  TableName,
  ConsistentRead: true,
  KeyConditionExpression: '#key = :key AND begins_with(#sort, :beginning)',
  ExpressionAttributeNames: { '#key': 'key', '#sort': 'sort' },
  ExpressionAttributeValues: toItem({ ':key': rowPlace(row), ':beginning': beginning }),
});

const partsOf = async ({ client, TableName }: Table, row: string): Promise<readonly RowPart[]> =>
  (await readAll(client, { query: under(TableName, row, 'part#') })).map(toPart);

/** A row with several parts is found with each; in no order, it is answered at the first of them alone. */
const rowOf = async (
  table: Table,
  found: Item,
  read = new Map<string, Promise<readonly RowPart[]>>(),
): Promise<readonly Row[]> => {
  const { key, sort } = fromItem(found);
  const row = rowAt(String(key));
  const reading = read.get(row) ?? partsOf(table, row);
  read.set(row, reading);
  const parts = await reading;
  return parts[0] && (sort === undefined || partSort(parts[0].shard) === sort) && totalOf(parts) ? [{ row, parts }] : [];
};

const scanFor = (TableName: string, consistent: boolean, Limit: number) =>
  consistent
    ? {
        TableName,
        ConsistentRead: true,
        Limit: lookFurther,
        FilterExpression: 'begins_with(#sort, :part)',
        ExpressionAttributeNames: { '#sort': 'sort' },
        ExpressionAttributeValues: toItem({ ':part': 'part#' }),
      }
    : { TableName, IndexName: byListing, Limit };

/** A page of all rows, in no order. */
const everybodys = async (
  table: Table,
  { limit, after, consistent }: Readonly<{ limit: number; after?: PageToken; consistent: boolean }>,
): Promise<RowListing> => {
  let last: Item | undefined = after && toItem(placeOf(after, consistent));
  const items: Row[] = [];
  // A row is found once for each of its parts.
  const read = new Map<string, Promise<readonly RowPart[]>>();
  for (let requests = 0; requests < requestsPerPage; requests++) {
    const page = await readPage(
      table.client,
      { scan: scanFor(table.TableName, consistent, partsPerRow * (limit - items.length)) },
      last,
    );
    last = page.last;
    for (const [i, found] of page.items.entries()) {
      items.push(...(await rowOf(table, found, read)));
      if (items.length < limit) continue;
      // Any item's key is a start for the next page: the scan may have read further than the page goes.
      if (i < page.items.length - 1) last = placeOf(found, consistent);
      return { items, ...(last && { next: fromItem(last) }) };
    }
    if (!last) break;
  }
  return { items, ...(last && { next: fromItem(last) }) };
};

/** A page of one owner's rows, in the order of their keys. */
const ownersRows = async (
  table: Table,
  { limit, after, owner }: Readonly<{ limit: number; after?: PageToken; owner: string }>,
): Promise<RowListing> => {
  let key = after?.key;
  const items: Row[] = [];
  for (let requests = 0; requests < requestsPerPage; requests++) {
    const query = {
      TableName: table.TableName,
      IndexName: byListing,
      // A condition on the key rather than a place to start from, which would have to name a part of the row as well.
      KeyConditionExpression: `#listed = :listed${key === undefined ? '' : ' AND #key > :key'}`,
      ExpressionAttributeNames: { '#listed': 'listed', ...(key !== undefined && { '#key': 'key' }) },
      ExpressionAttributeValues: toItem({ ':listed': `owner/${owner}`, ':key': key }),
      Limit: partsPerRow * (limit - items.length),
    };
    const page = await readPage(table.client, { query });
    const found = [...new Set(page.items.map((item) => fromItem(item).key))];
    const keys = found.slice(0, limit - items.length);
    items.push(...(await Promise.all(keys.map((each) => rowOf(table, toItem({ key: each }))))).flat());
    key = keys.at(-1) ?? key;
    if (!page.last && keys.length === found.length) return { items };
    if (items.length >= limit) break;
  }
  return { items, next: { key } };
};

type SharedReads = Pick<View & ViewReader, 'headIn' | 'part' | 'notedIn' | 'parts' | 'sharedRows' | 'streamsIn'>;

/** Reads shared rows from a view's table: items as `sharedWrites` puts them. */
export const sharedReads = (client: DynamoDBClient, TableName: string): SharedReads => {
  const table = { client, TableName };
  return {
    headIn: async (row, at) => {
      const Key = toItem({ key: rowPlace(row), sort: partSort(homeShard) });
      const head = { ProjectionExpression: '#head', ExpressionAttributeNames: { '#head': homeName(at.stream) } };
      const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true, ...head }));
      return Item && homeIn(Item, row, at);
    },
    part: async (row, shard) => {
      const Key = toItem({ key: rowPlace(row), sort: partSort(shard) });
      const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return Item && toPart(Item);
    },
    notedIn: async (stream, rows) => {
      const found = await atOnce(readsAtOnce, rows, async (row) => {
        const Key = toItem({ key: rowPlace(row), sort: noteSort(stream) });
        const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
        return Item ? [row] : [];
      });
      return new Set(found.flat());
    },
    parts: (row) => partsOf(table, row),
    sharedRows: ({ limit, after, owner, consistent = false }) =>
      owner === undefined ? everybodys(table, { limit, after, consistent }) : ownersRows(table, { limit, after, owner }),
    streamsIn: async (row, { limit, after }) => {
      const query = { ...under(TableName, row, noted), Limit: limit };
      const start = after && toItem({ key: rowPlace(row), sort: after.sort });
      const { items, last } = await readPage(client, { query }, start);
      return { streams: items.map(({ sort }) => streamAt(sort?.S ?? '')), ...(last && { next: fromItem(last) }) };
    },
  };
};
