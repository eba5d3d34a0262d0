import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { dirtyNotes } from '../../../lib/aws/view/dirty-notes.ts';
import { dirtyPlace } from '../../../lib/engine/view/dirty.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());

it('notes are listed from the first one on, and then from where a page ended', async () => {
  const key = (sort: string) => toItem({ key: dirtyPlace(2), sort });
  mock.on(QueryCommand).resolves({ Items: [{ ...key('a-1'), ...toItem({ noted: 3 }) }], LastEvaluatedKey: key('a-1') });
  const { list } = dirtyNotes(new DynamoDBClient({}), 'view');
  expect(await list(2, { limit: 1 })).toEqual({ notes: [{ stream: 'a-1', commit: 3 }], next: 'a-1' });
  await list(2, { limit: 1, after: 'a-1' });
  const starts = mock.commandCalls(QueryCommand).map(({ args }) => args[0].input.ExclusiveStartKey);
  expect(starts).toEqual([undefined, key('a-1')]);
});
