import { ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Cursors } from '../engine/process/ports.ts';
import { fromItem, toItem } from './attributes.ts';

/**
 * How far one process has come with each source stream. Stored format of 2026-11, in the control table: `id` is `cursor/<process>/<stream>`, and `commit`.
 * Not a table of their own: unlike a view's they cannot be made again, so they belong with what is protected and has point-in-time recovery.
 */
export const sourceCursors = (client: DynamoDBClient, table: string, process: string): Cursors => {
  const id = (stream: string) => `cursor/${process}/${stream}`;
  return {
    load: async (stream) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: toItem({ id: id(stream) }), ConsistentRead: true }),
      );
      return Item && (fromItem(Item).commit as number);
    },
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
