import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ScannedItem, ViewScanner } from '../../engine/rebuild/ports.ts';
import { isDirtyPlace } from '../../engine/view/dirty.ts';
import { rowAt } from '../../engine/view/shares.ts';
import { fromItem, toItem } from '../attributes.ts';
import { readPage } from './paging.ts';

const scanned = (item: Readonly<Record<string, unknown>>): readonly ScannedItem[] => {
  const [key, sort, stream] = [String(item.key), String(item.sort), String(item.stream)];
  if (isDirtyPlace(key)) return [];
  if (sort === 'head') return [{ kind: 'head', key, sort, stream }];
  if (sort.startsWith('row#')) return [{ kind: 'row', key, sort, stream }];
  return sort.startsWith('part#') ? [{ kind: 'part', row: rowAt(key), shard: Number(sort.slice('part#'.length)) }] : [];
};

/** Scans a view's table by segments of a parallel scan. Differences are read again, consistently, before they count. */
export const viewScanner = (client: DynamoDBClient, TableName: string): ViewScanner => ({
  scan: async ({ segment, of }, { after, limit }) => {
    const scan = {
      TableName,
      Segment: segment,
      TotalSegments: of,
      Limit: limit,
      ProjectionExpression: '#key, #sort, #stream',
      ExpressionAttributeNames: { '#key': 'key', '#sort': 'sort', '#stream': 'stream' },
      ReturnConsumedCapacity: 'TOTAL' as const,
    };
    const { items, last, units } = await readPage(client, { scan }, after && toItem(after));
    return { items: items.flatMap((item) => scanned(fromItem(item))), ...(last && { next: fromItem(last) }), units };
  },
});
