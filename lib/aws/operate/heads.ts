import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Heads } from '../../engine/operate/sweep-target.ts';
import type { ViewItem } from '../../engine/ports.ts';
import { batchGet } from '../view/batch-get.ts';

/** The cursors of a view's table, many at once: of each head the fields that say how far it is. */
export const viewHeads =
  (client: DynamoDBClient, table: string): Heads =>
  async (keys) => {
    const asked = keys.map((key) => ({ key, sort: 'head' }));
    const found = await batchGet(client, { table, keys: asked, fields: ['key', 'commit', 'parked'] });
    return new Map((found as readonly ViewItem[]).map(({ key, ...head }) => [key, head]));
  };

/** The cursors of a process in the control table, many at once. */
export const processHeads =
  (client: DynamoDBClient, table: string, process: string): Heads =>
  async (streams) => {
    const prefix = `cursor/${process}/`;
    const asked = streams.map((stream) => ({ id: `${prefix}${stream}` }));
    const found = await batchGet(client, { table, keys: asked, fields: ['id', 'commit'] });
    return new Map(
      (found as readonly Readonly<{ id: string; commit: number }>[]).map(({ id, commit }) => [
        id.slice(prefix.length),
        { commit },
      ]),
    );
  };
