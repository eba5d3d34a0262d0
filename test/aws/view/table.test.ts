import { BatchGetItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { isTransient } from '../../../lib/aws/transient.ts';
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

  describe('items at the places of an index', () => {
    const mock = mockClient(DynamoDBClient);
    beforeEach(() => mock.reset());
    afterAll(() => mock.restore());
    const placesOf = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, sort: 'head', at: '' }));
    const stored = (key: { key?: { S?: string } }) => ({
      ...key,
      ...toItem({ stream: `a-${key.key?.S}`, commit: 1, row: {}, removeAt: 5, 'in.l': 'p', 'at.l': 'x' }),
    });
    const askedFor = () =>
      mock.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input.RequestItems?.view?.Keys?.length);
    const view = () => viewTable(new DynamoDBClient({}), 'view');

    it('are read a hundred at a time, and again where DynamoDB had too much for one answer', async () => {
      mock.on(BatchGetItemCommand).callsFake(({ RequestItems: { view: asked } }) => {
        expect(asked).toEqual({ Keys: asked.Keys });
        return {
          Responses: { view: asked.Keys.slice(0, 60).map(stored) },
          ...(asked.Keys.length > 60 && { UnprocessedKeys: { view: { Keys: asked.Keys.slice(60) } } }),
        };
      });
      const items = await view().itemsAt(placesOf(130));
      expect(items.map(({ key }) => key).toSorted()).toEqual(
        placesOf(130)
          .map(({ key }) => key)
          .toSorted(),
      );
      expect(items[0]).toEqual({
        ...{ key: 'k0', sort: 'head', stream: 'a-k0', commit: 1, row: {} },
        lists: { l: { in: 'p', at: 'x' } },
      });
      expect(askedFor().toSorted()).toEqual([100, 30, 40]);
    });

    it('that are throttled again and again are an error that says that a later try may do', async () => {
      mock.on(BatchGetItemCommand).callsFake(({ RequestItems }) => ({ UnprocessedKeys: RequestItems }));
      const failed = await view()
        .itemsAt(placesOf(2))
        .catch((error: unknown) => error);
      expect(String(failed)).toContain('DynamoDB left 2 items of view unread. Its keys are throttled: try again later.');
      expect(isTransient(failed)).toBe(true);
      expect(askedFor()).toEqual([2, 2, 2, 2, 2]);
    });
  });
});
