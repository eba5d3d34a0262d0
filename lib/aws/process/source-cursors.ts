import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Cursors } from '../../engine/process/ports.ts';
import { toItem } from '../attributes.ts';
import { controlItem } from '../control-item.ts';

/**
 * The cursors of one process. Stored format of 2026-11, in the control table: `id` is `cursor/<process>/<stream>`, and `commit`. They have no table
 * of their own: unlike a view's cursors they cannot be derived again, so they are kept where there is protection and point-in-time recovery.
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
