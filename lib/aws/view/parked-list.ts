import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ParkedList } from '../../engine/operate/ports.ts';
import type { ViewItem } from '../../engine/ports.ts';
import { fromItem } from '../attributes.ts';
import { readFirst } from './paging.ts';

/** The index of a view's parked heads: it holds nothing else, so that a scan of it reads what is parked and no more. */
const byParking = 'parked';

/** The parked streams of one revision's table. */
export const parkedList = (client: DynamoDBClient, table: string): ParkedList => ({
  parked: async (limit) => {
    const scan = { TableName: table, IndexName: byParking, Limit: limit };
    const { items: found, more } = await readFirst(client, { scan }, limit);
    const items = found
      .map((item) => fromItem(item) as ViewItem)
      .flatMap(({ stream, parked }) =>
        parked ? [{ stream, commit: parked.commit, reason: parked.reason, since: parked.at }] : [],
      );
    return { items: items.sort((a, b) => a.since.localeCompare(b.since)), more };
  },
});
