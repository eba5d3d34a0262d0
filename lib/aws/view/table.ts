import { type DynamoDBClient, GetItemCommand, PutItemCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Direction, Listing, ListPlace, Moved, View, ViewItem, ViewReader, Where } from '../../engine/ports.ts';
import type { KeyedReader } from '../../engine/query/ports.ts';
import { candidates } from '../../engine/view/lists.ts';
import { listed, rowUnder, written } from '../../engine/view/view-item.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';
import { didHold, refusedBy } from '../condition.ts';
import { batchGet } from './batch-get.ts';
import { asItWasRead, overEarlier } from './head-condition.ts';
import { type ItemPage, lookFurther, readPage, requestsPerPage } from './paging.ts';
import { sharedReads } from './shared-reads.ts';
import { sharedWrites } from './shared-writes.ts';

/** The index that lists a view's heads by their owner. */
const byOwner = 'by-owner';
/** The key of the index of parked heads: only those that carry it are in there, so that it costs nothing while nothing is parked. */
const parkedSince = 'parkedSince';
type PageToken = Readonly<Record<string, unknown>>;
type Ask = (limit: number, after: Item | undefined) => Promise<ItemPage>;

const placeOf = ({ key, sort }: PageToken): PageToken => ({ key, sort });

/** The two key attributes of a declared list's index. */
const inList = (list: string) => `in.${list}`;
const atList = (list: string) => `at.${list}`;
/** Later than any write that may still put an older version of the row: DynamoDB removes it some time after. */
const keptAfterExpiry = 3_600;

/** An item in its stored form: its list places as attributes, and its expiry, unless it holds a cursor. */
const toStored = (item: ViewItem): Item => {
  const { lists = {}, ...rest } = listed(item);
  const places = Object.entries(lists).flatMap(([list, place]) => [
    [inList(list), place.in],
    [atList(list), place.at],
  ]);
  const removable = rest.expires !== undefined && rest.sort !== 'head';
  return toItem({
    ...rest,
    ...Object.fromEntries(places),
    ...(rest.parked && { [parkedSince]: rest.parked.at }),
    ...(removable && { removeAt: Math.floor(Date.parse(rest.expires ?? '') / 1_000) + keptAfterExpiry }),
  });
};

const fromStored = (item: Item): ViewItem => viewItem(fromItem(item));

const viewItem = ({ removeAt: _, [parkedSince]: __, ...stored }: Readonly<Record<string, unknown>>): ViewItem => {
  const lists: Record<string, ListPlace> = {};
  const fields = Object.entries(stored).filter(([name, value]) => {
    const list = name.startsWith('in.') ? name.slice('in.'.length) : undefined;
    if (list !== undefined) lists[list] = { in: String(value), at: String(stored[atList(list)]) };
    return list === undefined && !name.startsWith('at.');
  });
  return { ...Object.fromEntries(fields), ...(Object.keys(lists).length > 0 && { lists }) } as ViewItem;
};

/** The head that was in the way of a write, as the condition hands it back. */
const movedTo = (item: Item | undefined): Moved => ({ there: item && fromStored(item) });

/** Fills one page. The filter works after DynamoDB's own limit, so one request may bring fewer, and one may bring too many:
 * a page then ends at the last item that it returns, and any item's key is a place to go on from. */
const fill = async (
  ask: Ask,
  limit: number,
  start: Item | undefined,
  keyFrom: (item: Item) => Item,
  toPlace = placeOf,
): Promise<Listing> => {
  const items: Item[] = [];
  let last = start;
  for (let requests = 0; requests < requestsPerPage; requests += 1) {
    const wanted = limit - items.length;
    const page = await ask(requests === 0 ? wanted : Math.max(wanted, lookFurther), last);
    items.push(...page.items.slice(0, wanted));
    last = page.items.length > wanted ? keyFrom(items.at(-1)!) : page.last;
    if (!last || items.length === limit) break;
  }
  return { items: items.map(fromStored), ...(last && { next: toPlace(fromItem(last)) }) };
};

/** Heads that have a row: neither tombstones nor the heads of a view with many rows for each stream. */
const headsWithRow = (where?: Where) => {
  const { filter, names, values } = filtered(['#sort = :head', 'attribute_exists(#row)'], where);
  return { filter, names: { ...names, '#sort': 'sort' }, values: { ...values, ...toItem({ ':head': 'head' }) } };
};

/** The rows in an index behind a place. */
const behind = (names: Readonly<{ in: string; at: string }>, value: string, direction: Direction, at: unknown) => {
  const forward = direction === 'oldest-first';
  return {
    // A condition on the key rather than a place to start from: that would have to name the row's own key as well.
    KeyConditionExpression: `#in = :in${at === undefined ? '' : ` AND #at ${forward ? '>' : '<'} :at`}`,
    ExpressionAttributeNames: { '#in': names.in, ...(at !== undefined && { '#at': names.at }) },
    ExpressionAttributeValues: toItem({ ':in': value, ':at': at }),
    ScanIndexForward: forward,
  };
};

const everything = { filter: {}, names: {}, values: {} };

/** The filter on rows; values are compared as JSON, in any form that a URL can express. */
const filtered = (first: readonly string[], { equals = {}, now }: Where = {}) => {
  const fields = Object.entries(equals).map(([field, text], i) => ({ name: `#f${i}`, field, values: candidates(text) }));
  const conditions = [
    ...first,
    ...(now === undefined ? [] : ['(attribute_not_exists(#expires) OR #expires > :now)']),
    ...fields.map(({ name, values }, i) => `#row.${name} IN (${values.map((_, j) => `:f${i}v${j}`).join(', ')})`),
  ];
  return {
    filter: conditions.length > 0 ? { FilterExpression: conditions.join(' AND ') } : {},
    names: {
      ...(first.length + fields.length > 0 && { '#row': 'row' }),
      ...(now !== undefined && { '#expires': 'expires' }),
      ...Object.fromEntries(fields.map(({ name, field }) => [name, field])),
    },
    values: toItem({
      ...(now !== undefined && { ':now': now }),
      ...Object.fromEntries(fields.flatMap(({ values }, i) => values.map((value, j) => [`:f${i}v${j}`, value]))),
    }),
  };
};

/** Where rows are in an index, and items by their keys. */
const keyedReads = (client: DynamoDBClient, table: string): KeyedReader => ({
  places: async ({ limit: Limit, after, direction, ...of }) => {
    const owned = 'owner' in of;
    const names = owned ? { in: 'owner', at: 'key' } : { in: inList(of.list), at: atList(of.list) };
    const range = behind(names, owned ? of.owner : of.partition, direction, owned ? after?.key : after?.at);
    const page = await readPage(client, {
      query: { TableName: table, IndexName: owned ? byOwner : `list-${of.list}`, ...range, Limit },
    });
    const placed = page.items.map((item) => fromItem(item) as Readonly<Record<string, string>>);
    const places = placed.map((item) => ({ key: item.key!, sort: item.sort!, at: item[names.at]! }));
    const last = page.last && fromItem(page.last);
    return { places, ...(last && { next: owned ? placeOf(last) : { at: last[names.at] } }) };
  },
  itemsAt: async (places) => {
    const keys = places.map(({ key, sort }) => ({ key, sort }));
    return (await batchGet(client, { table, keys })).map(viewItem);
  },
});

/** One revision's table. Stored format of 2026-11: the fields of a ViewItem, but for `lists`: the place in each as `in.<list>` and
 * `at.<list>`; `removeAt` (TTL) on a row that expires and holds no cursor; `parkedSince` on a parked head; key `key` and `sort`. */
export const viewTable = (client: DynamoDBClient, table: string): View & ViewReader & KeyedReader => {
  const query =
    (input: Partial<QueryCommandInput>): Ask =>
    (Limit, after) =>
      readPage(client, { query: { TableName: table, ...input, Limit } }, after);
  return {
    ...sharedReads(client, table),
    ...keyedReads(client, table),
    ...sharedWrites(client, table, { toStored, fromStored: (item) => item && fromStored(item) }),
    head: async (key) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: toItem({ key, sort: 'head' }), ConsistentRead: true }),
      );
      return Item && fromStored(Item);
    },
    putHead: async (head, before) => {
      const Item = toStored(written(head, before));
      const refused = await refusedBy(client.send(new PutItemCommand({ TableName: table, Item, ...asItWasRead(before) })));
      return refused.size === 0 ? 'written' : movedTo(refused.get(0));
    },
    putRow: (item, before, only) => {
      const Item = toStored(rowUnder(item, before));
      return didHold(client.send(new PutItemCommand({ TableName: table, Item, ...overEarlier(item, before, only) })));
    },
    rowsOf: (key, { limit, after, direction, where, consistent, tombstones }) => {
      const { filter, names, values } = tombstones ? everything : filtered(['attribute_exists(#row)'], where);
      return fill(
        query({
          KeyConditionExpression: '#key = :key AND begins_with(#sort, :row)',
          ...filter,
          ExpressionAttributeNames: { '#key': 'key', '#sort': 'sort', ...names },
          ExpressionAttributeValues: { ...values, ...toItem({ ':key': key, ':row': 'row#' }) },
          ScanIndexForward: direction === 'oldest-first',
          ...(consistent && { ConsistentRead: true }),
        }),
        limit,
        after && toItem({ key, sort: after.sort }),
        ({ key: k, sort }) => ({ key: k!, sort: sort! }),
      );
    },
    list: ({ list, partition, limit, after, direction, where }) => {
      const { filter, names, values } = filtered([], where);
      const range = behind({ in: inList(list), at: atList(list) }, partition, direction, after?.at);
      return fill(
        query({
          IndexName: `list-${list}`,
          ...range,
          ...filter,
          ExpressionAttributeNames: { ...names, ...range.ExpressionAttributeNames },
          ExpressionAttributeValues: { ...values, ...range.ExpressionAttributeValues },
        }),
        limit,
        undefined,
        (item) => Object.fromEntries(['key', 'sort', inList(list), atList(list)].map((name) => [name, item[name]!])),
        (place) => ({ at: place[atList(list)] }),
      );
    },
    all: ({ limit, after, owner, where, direction, consistent }) => {
      const { filter, names, values } = headsWithRow(where);
      const everybodys = {
        TableName: table,
        ...filter,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
        ...(consistent && { ConsistentRead: true }),
      };
      const scan: Ask = (Limit, from) => readPage(client, { scan: { ...everybodys, Limit } }, from);
      const owned = query({
        IndexName: byOwner,
        KeyConditionExpression: '#owner = :owner',
        ...filter,
        ExpressionAttributeNames: { ...names, '#owner': 'owner' },
        ExpressionAttributeValues: { ...values, ...toItem({ ':owner': owner }) },
        ScanIndexForward: direction !== 'newest-first',
      });
      // The owner in a start key is always the caller, whatever the caller sent.
      const place = ({ key, sort }: PageToken) => toItem({ key, sort, owner });
      return fill(owner === undefined ? scan : owned, limit, after && place(after), (item) => place(fromItem(item)));
    },
  };
};
