import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { Listing, View, ViewItem, ViewReader } from '../engine/ports.ts';
import { listed } from '../engine/view-item.ts';
import { fromItem, type Item, toItem } from './attributes.ts';

/** The index that lists a view's heads by their owner. */
const byOwner = 'by-owner';
/** One page of a list sends at most this many requests: behind many tombstones it ends early, with a place to go on from. */
export const requestsPerPage = 20;
/** How many items a follow-up request looks at when the first one brought too few. */
const lookFurther = 1_000;

type Place = Readonly<Record<string, unknown>>;
type Ask = (Limit: number, ExclusiveStartKey: Item | undefined) => Promise<{ Items?: Item[]; LastEvaluatedKey?: Item }>;

const placeOf = ({ key, sort }: Place): Place => ({ key, sort });

/** Fills one page. The filter works after DynamoDB's own limit, so one request may bring fewer, and one may bring too many:
 * a page then ends at the last item that it returns, and any item's key is a place to go on from. */
const fill = async (ask: Ask, limit: number, start: Item | undefined, keyFrom: (item: Item) => Item): Promise<Listing> => {
  const items: Item[] = [];
  let last = start;
  for (let requests = 0; requests < requestsPerPage; requests += 1) {
    const wanted = limit - items.length;
    const { Items = [], LastEvaluatedKey } = await ask(requests === 0 ? wanted : Math.max(wanted, lookFurther), last);
    items.push(...Items.slice(0, wanted));
    last = Items.length > wanted ? keyFrom(items.at(-1)!) : LastEvaluatedKey;
    if (!last || items.length === limit) break;
  }
  return { items: items.map((item) => fromItem(item) as ViewItem), ...(last && { next: placeOf(fromItem(last)) }) };
};

/** Heads that have a row: neither tombstones nor the heads of a view with many rows for each stream. */
const headsWithRow = {
  FilterExpression: '#sort = :head AND attribute_exists(#row)',
  names: { '#sort': 'sort', '#row': 'row' },
  values: toItem({ ':head': 'head' }),
};

/** One revision's table. Stored format of 2026-11: the fields of a ViewItem; key `key` and `sort`. */
export const viewTable = (client: DynamoDBClient, table: string): View & ViewReader => {
  const putIf = async (item: ViewItem, condition: Partial<PutItemCommandInput>): Promise<boolean> => {
    try {
      await client.send(new PutItemCommand({ TableName: table, Item: toItem(listed(item)), ...condition }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  const query =
    (input: Partial<QueryCommandInput>): Ask =>
    (Limit, ExclusiveStartKey) =>
      client.send(new QueryCommand({ TableName: table, ...input, Limit, ExclusiveStartKey }));
  return {
    head: async (key) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: toItem({ key, sort: 'head' }), ConsistentRead: true }),
      );
      return Item && (fromItem(Item) as ViewItem);
    },
    putHead: (head, expected) =>
      putIf(head, {
        ConditionExpression: expected === undefined ? 'attribute_not_exists(#name)' : '#name = :expected',
        ExpressionAttributeNames: { '#name': expected === undefined ? 'key' : 'commit' },
        ...(expected !== undefined && { ExpressionAttributeValues: toItem({ ':expected': expected }) }),
      }),
    putRow: async (item) => {
      await putIf(item, {
        ConditionExpression: 'attribute_not_exists(#key) OR #commit <= :commit',
        ExpressionAttributeNames: { '#key': 'key', '#commit': 'commit' },
        ExpressionAttributeValues: toItem({ ':commit': item.commit }),
      });
    },
    rowsOf: (key, { limit, after, direction }) =>
      fill(
        query({
          KeyConditionExpression: '#key = :key AND begins_with(#sort, :row)',
          FilterExpression: 'attribute_exists(#row)',
          ExpressionAttributeNames: { '#key': 'key', '#sort': 'sort', '#row': 'row' },
          ExpressionAttributeValues: toItem({ ':key': key, ':row': 'row#' }),
          ScanIndexForward: direction === 'oldest-first',
        }),
        limit,
        after && toItem({ key, sort: after.sort }),
        ({ key: k, sort }) => ({ key: k!, sort: sort! }),
      ),
    all: ({ limit, after, owner }) => {
      const { FilterExpression, names, values } = headsWithRow;
      const scan: Ask = (Limit, ExclusiveStartKey) =>
        client.send(
          new ScanCommand({
            TableName: table,
            FilterExpression,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: values,
            Limit,
            ExclusiveStartKey,
          }),
        );
      const owned = query({
        IndexName: byOwner,
        KeyConditionExpression: '#owner = :owner',
        FilterExpression,
        ExpressionAttributeNames: { ...names, '#owner': 'owner' },
        ExpressionAttributeValues: { ...values, ...toItem({ ':owner': owner }) },
      });
      // The owner in a place is always the one who asks, whatever the caller sent as the rest of it.
      const place = ({ key, sort }: Place) => toItem({ key, sort, owner });
      return fill(owner === undefined ? scan : owned, limit, after && place(after), (item) => place(fromItem(item)));
    },
  };
};
