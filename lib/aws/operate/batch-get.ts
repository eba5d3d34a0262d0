import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { atOnce } from '../../engine/at-once.ts';
import { dynamoDb } from '../../engine/limits.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';

type Asked = Readonly<{ table: string; keys: readonly Readonly<Record<string, string>>[]; fields: readonly string[] }>;

const requestsAtOnce = 5;
/** What is throttled comes back unprocessed, without an error that the SDK would wait for: the function's own retry does that. */
const rounds = 5;

/** Reads some fields of many items, eventually consistent: half a unit for each 4 KB of each. Items that are not there are absent. */
export const batchGet = async (client: DynamoDBClient, { table, keys, fields }: Asked): Promise<readonly object[]> => {
  const names = Object.fromEntries(fields.map((field, i) => [`#f${i}`, field]));
  const projection = { ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names };
  const portions: Item[][] = [];
  for (let from = 0; from < keys.length; from += dynamoDb.batchItems)
    portions.push(keys.slice(from, from + dynamoDb.batchItems).map(toItem));
  const read = await atOnce(requestsAtOnce, portions, async (portion) => {
    const found: Item[] = [];
    let Keys = portion;
    for (let round = 0; Keys.length > 0; round++) {
      if (round === rounds)
        throw new Error(`DynamoDB left ${Keys.length} items of ${table} unread. Its keys are throttled: try again later.`);
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ...projection } } }),
      );
      found.push(...(Responses[table] ?? []));
      Keys = UnprocessedKeys[table]?.Keys ?? [];
    }
    return found;
  });
  return read.flat().map(fromItem);
};
