import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { commitItem } from '../../../lib/aws/store/commit-item.ts';
import { commitScanner } from '../../../lib/aws/store/commit-scanner.ts';
import { streamNames } from '../../../lib/aws/store/stream-names.ts';
import { commitOf } from '../../support/store/commits.ts';

const mock = mockClient(DynamoDBClient);
// The class itself is mocked: other files in this process want it back.
afterAll(() => mock.restore());
beforeEach(() => mock.reset());
const client = new DynamoDBClient({});

describe('the cost of a page of a scan, if the database does not report it', () => {
  const commit = commitOf('account-1', 1);
  const scan = (consistent: boolean) => commitScanner(client, 'commits').scan({ segment: 0, of: 1 }, { consistent });

  it.each([
    ['a page with little on it', 1, true, 1],
    ['a page with little on it, read eventually', 1, false, 0.5],
    ['an empty page', 0, true, 1],
  ])('%s', async (_, items, consistent, units) => {
    mock.on(ScanCommand).resolves({ Items: Array.from({ length: items }, () => toItem(commit)) });
    expect((await scan(consistent)).units).toBe(units);
  });

  it('grows by one for each four kilobytes', async () => {
    mock.on(ScanCommand).resolves({ Items: Array.from({ length: 200 }, () => commitItem(commit, 'plain')) });
    const { units } = await scan(true);
    expect(units).toBeGreaterThan(5);
    expect((await scan(false)).units).toBe(units / 2);
    // Of what is stored, which is less where commits are packed.
    mock.on(ScanCommand).resolves({ Items: Array.from({ length: 200 }, () => commitItem(commit, 'packed')) });
    const { commits, units: less } = await scan(true);
    expect(commits).toEqual(Array.from({ length: 200 }, () => commit));
    expect([less > 5, less < units]).toEqual([true, true]);
  });

  it('is as reported where that is more', async () => {
    mock.on(ScanCommand).resolves({ Items: [toItem(commit)], ConsumedCapacity: { CapacityUnits: 7 } });
    expect((await scan(true)).units).toBe(7);
  });
});

it('each stream is named once, wherever its commits are', async () => {
  const items = (...streams: string[]) => streams.map((stream) => toItem({ stream }));
  mock
    .on(ScanCommand)
    .resolvesOnce({ Items: items('a-1', 'a-1', 'b-1'), LastEvaluatedKey: toItem({ stream: 'b-1', commit: 1 }) })
    .resolves({ Items: items('b-1', 'c-1', 'a-1') });
  const names: string[] = [];
  for await (const name of streamNames(client, 'commits')) names.push(name);
  expect(names).toEqual(['a-1', 'b-1', 'c-1']);
});
