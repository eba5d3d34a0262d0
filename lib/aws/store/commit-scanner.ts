import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Commit } from '../../core/commit.ts';
import type { Scanner, ScanPlace } from '../../engine/ports.ts';
import { itemSize, readUnits, sum } from '../../engine/store/size.ts';
import { fromItem, toItem } from '../attributes.ts';
import { readPage } from '../view/paging.ts';

/** The cost of a page by DynamoDB's rule, or the reported one if it is higher; not every engine reports all of it. */
const unitsOf = (commits: readonly Commit[], consistent: boolean): number =>
  readUnits(sum(commits.map(itemSize))) * (consistent ? 1 : 0.5);

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
    const commits = items.map((item) => fromItem(item) as Commit);
    return {
      commits,
      ...(last && { next: fromItem(last) as ScanPlace }),
      units: Math.max(unitsOf(commits, consistent), units),
    };
  },
});
