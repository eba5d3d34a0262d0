import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { atOnce } from '../../engine/at-once.ts';
import { dynamoDb } from '../../engine/limits.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';
import { systemClock } from '../system.ts';

type Asked = Readonly<{ table: string; keys: readonly Readonly<Record<string, string>>[]; fields?: readonly string[] }>;

const requestsAtOnce = 5;
/** What is throttled comes back unprocessed, without an error that the SDK would wait for; so does what was too much for one answer. */
const rounds = 5;
const firstWait = 50;

const projected = (fields: readonly string[]) => ({
  ProjectionExpression: fields.map((_, i) => `#f${i}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(fields.map((field, i) => [`#f${i}`, field])),
});

/** As the SDK's own errors of throttling: whoever asked may ask again. */
const unread = (table: string, left: number): Error =>
  Object.assign(new Error(`DynamoDB left ${left} items of ${table} unread. Its keys are throttled: try again later.`), {
    $retryable: { throttling: true },
  });

/** Reads many items, or some fields of them, eventually consistent: half a unit for each 4 KB of each. Items that are not there are absent. */
export const batchGet = async (
  client: DynamoDBClient,
  { table, keys, fields }: Asked,
): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const projection = fields && projected(fields);
  const portions: Item[][] = [];
  for (let from = 0; from < keys.length; from += dynamoDb.batchItems)
    portions.push(keys.slice(from, from + dynamoDb.batchItems).map(toItem));
  const read = await atOnce(requestsAtOnce, portions, async (portion) => {
    const found: Item[] = [];
    let Keys = portion;
    for (let round = 0; Keys.length > 0; ) {
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ...projection } } }),
      );
      const answered = Responses[table] ?? [];
      found.push(...answered);
      Keys = UnprocessedKeys[table]?.Keys ?? [];
      if (Keys.length === 0 || answered.length > 0) continue;
      round += 1;
      if (round === rounds) throw unread(table, Keys.length);
      await systemClock.wait(Math.random() * firstWait * 2 ** round);
    }
    return found;
  });
  return read.flat().map(fromItem);
};
