import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Scanner, ScanPlace } from '../../engine/ports.ts';
import { itemSize, readUnits, sum } from '../../engine/store/size.ts';
import { fromItem, type Item, toItem } from '../attributes.ts';
import { readPage } from '../view/paging.ts';
import { commitOf } from './commit-item.ts';

/** The cost of a page by DynamoDB's rule, or the reported one if it is higher; not every engine reports all of it. */
const unitsOf = (items: readonly Item[], consistent: boolean): number =>
  readUnits(sum(items.map((item) => itemSize(fromItem(item))))) * (consistent ? 1 : 0.5);

/** Scans all commits by segments of a parallel scan, which DynamoDB forms of partition keys. */
export const commitScanner = (client: DynamoDBClient, table: string): Scanner => ({
  scan: async ({ segment, of }, { after, limit, consistent = false }) => {
    const scan = {
      TableName: table,
      Segment: segment,
      TotalSegments: of,
      Limit: limit,
      ConsistentRead: consistent,
      ReturnConsumedCapacity: 'TOTAL' as const,
    };
    const start = after && toItem({ stream: after.stream, commit: after.commit });
    const { items, last, units } = await readPage(client, { scan }, start);
    return {
      commits: items.map(commitOf),
      ...(last && { next: fromItem(last) as ScanPlace }),
      units: Math.max(unitsOf(items, consistent), units),
    };
  },
});
