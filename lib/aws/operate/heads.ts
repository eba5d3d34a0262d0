import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Heads } from '../../engine/operate/sweep-target.ts';
import type { ViewItem } from '../../engine/ports.ts';
import { fromHome, homeName, isPointer } from '../../engine/view/kinds/homes.ts';
import { homeShard, partSort, rowPlace } from '../../engine/view/shares.ts';
import { batchGet } from '../view/batch-get.ts';

/** The heads that are at home in rows, by the pointers to them. One that has moved meanwhile is read where it is the next time. */
const homed = async (client: DynamoDBClient, table: string, pointers: readonly ViewItem[]) => {
  const rows = new Set(pointers.flatMap(({ home }) => home ?? []));
  const keys = [...rows].map((row) => ({ key: rowPlace(row), sort: partSort(homeShard) }));
  const items = new Map((await batchGet(client, { table, keys })).map((item) => [item.key, item]));
  return pointers.flatMap((pointer) => {
    const { home = '' } = pointer;
    const stored = items.get(rowPlace(home))?.[homeName(pointer.stream)];
    return stored ? [fromHome(home, pointer, stored)] : [];
  });
};

/** The cursors of a view's table, many at once: of each head the fields that say how far it is. */
export const viewHeads =
  (client: DynamoDBClient, table: string): Heads =>
  async (keys) => {
    const asked = keys.map((key) => ({ key, sort: 'head' }));
    const found = await batchGet(client, { table, keys: asked, fields: ['key', 'stream', 'commit', 'parked', 'home'] });
    const heads = found as readonly ViewItem[];
    const pointers = heads.filter(isPointer);
    const all = pointers.length > 0 ? [...heads, ...(await homed(client, table, pointers))] : heads;
    return new Map(all.map(({ key, commit, parked }) => [key, { commit, ...(parked && { parked }) }]));
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
