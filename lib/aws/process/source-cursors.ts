import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Cursors } from '../../engine/process/ports.ts';
import { asRead } from '../condition.ts';
import { controlTable } from '../control-table.ts';

/**
 * The cursors of one process. Stored format of 2026-11, in the control table: `id` is `cursor/<process>/<stream>`, and `commit`. They have no table
 * of their own: unlike a view's cursors they cannot be derived again, so they are kept where there is protection and point-in-time recovery.
 */
export const sourceCursors = (client: DynamoDBClient, table: string, process: string): Cursors => {
  const control = controlTable(client, table);
  const id = (stream: string) => `cursor/${process}/${stream}`;
  return {
    load: async (stream) => (await control.get<Readonly<{ commit: number }>>(id(stream)))?.commit,
    move: (stream, to, from) => control.put({ Item: { id: id(stream), commit: to }, ...asRead('commit', from) }),
  };
};
