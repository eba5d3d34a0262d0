import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Cursors } from '../../engine/process/ports.ts';
import { toItem } from '../attributes.ts';
import { controlItem } from '../control-item.ts';

/**
 * How far one process has come with each source stream. Stored format of 2026-11, in the control table: `id` is `cursor/<process>/<stream>`, and `commit`.
 * Not a table of their own: unlike a view's they cannot be made again, so they belong with what is protected and has point-in-time recovery.
 */
export const sourceCursors = (client: DynamoDBClient, table: string, process: string): Cursors => {
  const id = (stream: string) => `cursor/${process}/${stream}`;
  return {
    load: async (stream) => (await controlItem<Readonly<{ commit: number }>>(client, table, id(stream)))?.commit,
    move: async (stream, to, from) => {
      const none = from === undefined;
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: toItem({ id: id(stream), commit: to }),
            ConditionExpression: none ? 'attribute_not_exists(#name)' : '#name = :from',
            ExpressionAttributeNames: { '#name': none ? 'id' : 'commit' },
            ...(!none && { ExpressionAttributeValues: toItem({ ':from': from }) }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
};
