import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Cursors } from '../../engine/process/ports.ts';
import { toItem } from '../attributes.ts';
import { asRead, didHold } from '../condition.ts';
import { controlItem } from '../control-item.ts';

/**
 * The cursors of one process. Stored format of 2026-11, in the control table: `id` is `cursor/<process>/<stream>`, and `commit`. They have no table
 * of their own: unlike a view's cursors they cannot be derived again, so they are kept where there is protection and point-in-time recovery.
 */
export const sourceCursors = (client: DynamoDBClient, table: string, process: string): Cursors => {
  const id = (stream: string) => `cursor/${process}/${stream}`;
  return {
    load: async (stream) => (await controlItem<Readonly<{ commit: number }>>(client, table, id(stream)))?.commit,
    move: (stream, to, from) => {
      const Item = toItem({ id: id(stream), commit: to });
      return didHold(client.send(new PutItemCommand({ TableName: table, Item, ...asRead('commit', from) })));
    },
  };
};
