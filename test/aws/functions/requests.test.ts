import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { deploymentRecords } from '../../../lib/aws/deployment/deployments.ts';
import { commitScanner } from '../../../lib/aws/store/commit-scanner.ts';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { daysKept, snapshotStore } from '../../../lib/aws/store/snapshot-store.ts';
import { systemKeys } from '../../../lib/aws/system.ts';
import { dirtyNotes } from '../../../lib/aws/view/dirty-notes.ts';
import { viewTable } from '../../../lib/aws/view/table.ts';
import { memoryClock } from '../../../lib/testing/memory/system.ts';

// The local cloud cannot show this: there every read is consistent, and nothing expires.
describe('requests to DynamoDB', () => {
  const mock = mockClient(DynamoDBClient);
  // The class itself is mocked: other files in this process want it back.
  afterAll(() => mock.restore());
  const client = new DynamoDBClient({});
  const clock = memoryClock();
  const snapshot = (state: unknown) => ({
    ...{ stream: 'account-1', code: 'c', commit: 1, version: 1, bytes: 1, at: '', hash: 'h', recent: '', sent: '', sentFrom: 1 },
    state,
  });
  const sent = () => mock.calls().map(({ args }) => args[0].input as Record<string, unknown>);
  beforeEach(() => {
    mock.reset();
    mock.on(GetItemCommand).resolves({ Item: { secret: { B: new Uint8Array(32) } } });
    mock.on(QueryCommand).resolves({}).on(ScanCommand).resolves({}).on(PutItemCommand).resolves({});
  });

  it.each<[string, () => Promise<unknown>, boolean | undefined]>([
    ['commits', () => commitStore(client, 't').read('account-1', { from: 1 }), true],
    ['one commit', () => commitStore(client, 't').find('account-1', 1), true],
    ['a head', () => viewTable(client, 't').head('1'), true],
    ['the secret', () => systemKeys(client, 't').digest('a'), true],
    [
      'a snapshot',
      () =>
        snapshotStore(client, 't')
          .load('account-1', 'c')
          .catch(() => {}),
      undefined,
    ],
    ['all', () => viewTable(client, 't').all({ limit: 1 }), undefined],
    ["an owner's", () => viewTable(client, 't').all({ limit: 1, owner: 'ada' }), undefined],
    ['rows', () => viewTable(client, 't').rowsOf('1', { limit: 1, direction: 'oldest-first' }), undefined],
    [
      'rows for a token',
      () => viewTable(client, 't').rowsOf('1', { limit: 1, direction: 'oldest-first', consistent: true }),
      true,
    ],
    ['all for a token', () => viewTable(client, 't').all({ limit: 1, consistent: true }), true],
    ['the parts of a shared row', () => viewTable(client, 't').parts('r'), true],
    ['a part of a shared row', () => viewTable(client, 't').part('r', 0), true],
    ['the notes of a stream', () => viewTable(client, 't').notedIn('account-1', ['r']), true],
    ['the streams in a row', () => viewTable(client, 't').streamsIn('r', { limit: 1 }), true],
    ['all shared rows', () => viewTable(client, 't').sharedRows({ limit: 1 }), undefined],
    ['all shared rows for a token', () => viewTable(client, 't').sharedRows({ limit: 1, consistent: true }), true],
    ["an owner's shared rows", () => viewTable(client, 't').sharedRows({ limit: 1, owner: 'ada' }), undefined],
    ['a segment of the commits', () => commitScanner(client, 't').scan({ segment: 0, of: 1 }, {}), false],
    ['a segment for an export', () => commitScanner(client, 't').scan({ segment: 0, of: 1 }, { consistent: true }), true],
    ['what was noted', () => dirtyNotes(client, 't').list(0, { limit: 1 }), true],
    ['whether there are few commits', () => deploymentRecords(client, { commits: 't', control: 'c' }).fewCommits(), true],
    ['a list', () => viewTable(client, 't').list({ list: 'l', partition: '[]', limit: 1, direction: 'oldest-first' }), undefined],
    [
      'the places in an index of keys',
      () => viewTable(client, 't').places({ list: 'l', partition: '[]', limit: 1, direction: 'oldest-first' }),
      undefined,
    ],
    [
      "an owner's places in an index of keys",
      () => viewTable(client, 't').places({ owner: 'ada', limit: 1, direction: 'oldest-first' }),
      undefined,
    ],
  ])('reads %s as consistently as promised, by one request', async (_, read, consistent) => {
    await read();
    expect(sent().map(({ ConsistentRead }) => ConsistentRead)).toEqual([consistent]);
  });

  it('lets a snapshot expire, counted from now', async () => {
    await snapshotStore(client, 't', { clock }).save(snapshot({}));
    const expires = Math.floor(clock.now() / 1000) + daysKept * 86_400;
    expect(sent()[0]).toMatchObject({ Item: { expires: { N: String(expires) }, state: { S: '{}' } } });
  });

  it('puts a head of a release that did not count its writes where it still has no count, and counts from then on', async () => {
    const head = { key: '1', sort: 'head', stream: 'account-1', commit: 1, row: {} };
    await viewTable(client, 't').putHead(head, head);
    expect(sent()[0]).toMatchObject({
      Item: { writes: { N: '1' } },
      ConditionExpression: 'attribute_exists(#key) AND attribute_not_exists(#writes)',
      ExpressionAttributeNames: { '#key': 'key', '#writes': 'writes' },
    });
  });

  it('lets a row expire that is an item of its own, later than anybody may still write to it, and never a cursor', async () => {
    const item = { key: '1', stream: 'account-1', commit: 1, row: {}, expires: '2026-11-21T12:00:00.000Z' };
    await viewTable(client, 't').putHead({ ...item, sort: 'head' }, undefined);
    await viewTable(client, 't').putRow({ ...item, sort: 'row#1' }, undefined);
    const removeAt = Date.UTC(2026, 10, 21, 13) / 1_000;
    expect(sent().map(({ Item }) => (Item as { removeAt?: unknown }).removeAt)).toEqual([undefined, { N: String(removeAt) }]);
  });

  it('compresses a large snapshot', async () => {
    await snapshotStore(client, 't', { clock }).save(snapshot('x'.repeat(100_000)));
    const { state } = sent()[0]!.Item as { state: { B: Uint8Array } };
    expect(state.B.byteLength).toBeLessThan(1_000);
  });

  it('makes no secret up where there is none, says what to do, and asks again until there is one', async () => {
    mock
      .on(GetItemCommand)
      .resolvesOnce({})
      .resolves({ Item: { secret: { B: new Uint8Array(32) } } });
    const keys = systemKeys(client, 't');
    await expect(keys.digest('a')).rejects.toThrow(
      "The control table t has no item 'secret', the deployment's secret for digests. A deployment makes it",
    );
    expect(await keys.digest('a')).toMatch(/^[0-9a-f]{64}$/);
    expect(mock.commandCalls(PutItemCommand)).toHaveLength(0);
    expect(mock.commandCalls(GetItemCommand)).toHaveLength(2);
  });

  it('reads the secret once, and again after a failure', async () => {
    mock
      .on(GetItemCommand)
      .rejectsOnce(new Error('down'))
      .resolves({ Item: { secret: { B: new Uint8Array(32) } } });
    const keys = systemKeys(client, 't');
    await expect(keys.digest('a')).rejects.toThrow('down');
    expect(new Set(await Promise.all([keys.digest('a'), keys.digest('a')])).size).toBe(1);
    await keys.digest('a');
    expect(sent()).toHaveLength(2);
  });
});
