import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromItem } from '../attributes.ts';
import { readEach } from '../view/paging.ts';

/**
 * The names of all streams, each once, by a scan of the whole table: priced as such. Not only of first commits, since a
 * stream whose first commit was removed is one to look at.
 */
export async function* streamNames(client: DynamoDBClient, table: string): AsyncGenerator<string> {
  const known = new Set<string>();
  const scan = { TableName: table, ProjectionExpression: '#stream', ExpressionAttributeNames: { '#stream': 'stream' } };
  for await (const item of readEach(client, { scan })) {
    const { stream } = fromItem(item) as { stream: string };
    if (!known.has(stream)) yield stream;
    known.add(stream);
  }
}
