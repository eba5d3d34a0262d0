import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { allHeads } from '../../../lib/aws/restore/places.ts';

const dynamo = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => dynamo.restore());

const items = ['head', 'row#000000000001', 'row#000000000002'].map(
  (sort, i): Readonly<Record<string, unknown>> => ({
    key: 'a',
    sort,
    stream: 'account-a',
    commit: i,
  }),
);
/** A head at home in a row. */
const homes = {
  key: '@ada',
  sort: 'part#100',
  listed: 'row/ada',
  homes: 1,
  'sum/n': 2,
  'home/account-b': { commit: 9, memory: {} },
};
dynamo.on(ScanCommand).callsFake(({ ExpressionAttributeValues: values, FilterExpression: filter }) => {
  const isLetThrough = ({ sort }: (typeof items)[number]) =>
    !filter || [values[':text'].S, values[':other'].S].includes(sort as string);
  return { Items: items.filter(isLetThrough).map(toItem) };
});

it.each([
  ['row-per-stream', [0]],
  ['row-per-commit', [0, 1, 2]],
] as const)('a restore reads what says how far each stream of a view is: %s', async (kind, commits) => {
  const found: unknown[] = [];
  for await (const head of allHeads(new DynamoDBClient({}), 'view', { kind, from: [] }).each()) found.push(head);
  expect(found).toEqual(commits.map((commit) => ({ key: 'a', stream: 'account-a', commit })));
});

it('a restore reads the cursors of heads that are at home in rows, each once', async () => {
  const pointer = { key: 'b', sort: 'head', stream: 'account-b', commit: 0, home: 'ada' };
  items.push(pointer, homes);
  const from = { category: 'account', events: {} };
  const found: unknown[] = [];
  for await (const head of allHeads(new DynamoDBClient({}), 'view', { kind: 'shared-rows', from }).each()) found.push(head);
  expect(found).toEqual([
    { key: 'a', stream: 'account-a', commit: 0 },
    { key: 'b', stream: 'account-b', commit: 9 },
  ]);
});
