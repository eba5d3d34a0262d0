import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { requestsPerPage } from '../../../lib/aws/view/paging.ts';
import { viewTable } from '../../../lib/aws/view/table.ts';

describe('viewTable', () => {
  it('ends a page early behind very many tombstones, with a place to go on from', async () => {
    const mock = mockClient(DynamoDBClient);
    const places = Array.from({ length: requestsPerPage + 1 }, (_, i) => ({ key: `gone-${i}`, sort: 'head' }));
    mock.on(ScanCommand).callsFake(({ ExclusiveStartKey }) => {
      const next = ExclusiveStartKey ? places.findIndex(({ key }) => key === ExclusiveStartKey.key.S) + 1 : 0;
      const items = next < places.length ? [] : [toItem({ key: 'here', sort: 'head', stream: 'a-here', commit: 1, row: {} })];
      return { Items: items, ...(places[next] && { LastEvaluatedKey: toItem(places[next]) }) };
    });
    const view = viewTable(new DynamoDBClient({}), 'view');
    const first = await view.all({ limit: 5 });
    expect(first).toEqual({ items: [], next: places[requestsPerPage - 1] });
    expect(mock.commandCalls(ScanCommand)).toHaveLength(requestsPerPage);
    const second = await view.all({ limit: 5, after: first.next! });
    expect(second.items.map(({ key }) => key)).toEqual(['here']);
    expect(second.next).toBeUndefined();
    mock.restore();
  });
});
