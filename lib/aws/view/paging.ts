import {
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../attributes.ts';

/** One page of a list sends at most this many requests: behind many tombstones it ends early, with a place to go on from. */
export const requestsPerPage = 20;
/** The items that a request examines if it has to find few among many. */
export const lookFurther = 1_000;

/** A read request: a Query or a Scan. */
export type Reading = Readonly<{ query: QueryCommandInput } | { scan: ScanCommandInput }>;

/** The result of one request. DynamoDB ends a page at 1 MB whatever the limit: only without `last` there are no more. */
export type ItemPage = Readonly<{ items: readonly Item[]; last: Item | undefined; units: number }>;

/**
 * Sends one request, for a caller that returns `last` to its own. No other function sends a Query or a Scan; test/structure/paging.test.ts checks it.
 */
export const readPage = async (client: DynamoDBClient, reading: Reading, after?: Item): Promise<ItemPage> => {
  const from = after && { ExclusiveStartKey: after };
  const { Items, LastEvaluatedKey, ConsumedCapacity } =
    'query' in reading
      ? await client.send(new QueryCommand({ ...reading.query, ...from }))
      : await client.send(new ScanCommand({ ...reading.scan, ...from }));
  return { items: Items ?? [], last: LastEvaluatedKey, units: ConsumedCapacity?.CapacityUnits ?? 0 };
};

/** All items one by one, page by page: for results that are too large for memory, or take long. */
export async function* readEach(client: DynamoDBClient, reading: Reading): AsyncGenerator<Item> {
  let last: Item | undefined;
  do {
    const page = await readPage(client, reading, last);
    yield* page.items;
    last = page.last;
  } while (last);
}

/** The first items, as many as are wanted, over as many requests as that takes; and whether there are more. */
export const readFirst = async (
  client: DynamoDBClient,
  reading: Reading,
  limit: number,
): Promise<Readonly<{ items: readonly Item[]; more: boolean }>> => {
  const found: Item[] = [];
  let last: Item | undefined;
  do {
    const page = await readPage(client, reading, last);
    found.push(...page.items);
    last = page.last;
  } while (last && found.length < limit);
  return { items: found.slice(0, limit), more: last !== undefined || found.length > limit };
};

/** All items, over as many requests as that takes. */
export const readAll = async (client: DynamoDBClient, reading: Reading): Promise<readonly Item[]> =>
  (await readFirst(client, reading, Number.POSITIVE_INFINITY)).items;
