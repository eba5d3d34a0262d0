import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toItem } from '../../../lib/aws/attributes.ts';
import { commitStore } from '../../../lib/aws/store/commit-store.ts';
import { conflictAttempts, longestConflictWait } from '../../../lib/aws/transaction.ts';
import { commitOf } from '../../support/store/commits.ts';

const fault = { $metadata: {}, message: 'as asked' };
const conflict = () => new TransactionConflictException(fault);
const cancelled = (...codes: readonly (string | Readonly<Record<string, unknown>>)[]) =>
  new TransactionCanceledException({
    ...fault,
    CancellationReasons: codes.map((code) => (typeof code === 'string' ? { Code: code } : code)),
  });

describe('commitStore, where no engine can be made to fail', () => {
  const mock = mockClient(DynamoDBClient);
  // The class itself is mocked: other files in this process want it back.
  afterAll(() => mock.restore());
  let waits: number[];
  const store = () => {
    waits = [];
    const wait = async (milliseconds: number) => void waits.push(milliseconds);
    return commitStore(new DynamoDBClient({}), 'commits', { clock: { now: () => 0, wait }, random: () => 0.5 });
  };
  const [one, two] = [commitOf('account-1', 1), commitOf('account-2', 1)];
  beforeEach(() => mock.reset());

  it('sends the same number again when a transaction is on it', async () => {
    mock.on(PutItemCommand).rejectsOnce(conflict()).rejectsOnce(conflict()).resolves({});
    expect(await store().append(one)).toEqual({ stored: true });
    const sent = mock.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item);
    expect(sent).toEqual([toItem(one), toItem(one), toItem(one)]);
    expect(waits).toEqual([25, 50]);
  });

  it('gives up after a while, and says why', async () => {
    mock.on(PutItemCommand).rejects(conflict());
    await expect(store().append(one)).rejects.toThrow(TransactionConflictException);
    expect(mock.commandCalls(PutItemCommand)).toHaveLength(conflictAttempts);
    expect(Math.max(...waits)).toBeLessThanOrEqual(longestConflictWait);
  });

  it.each([
    ['a conflict', ['TransactionConflict', 'None']],
    ['throttling', ['ThrottlingError', 'ProvisionedThroughputExceeded']],
  ])('sends a transaction again that %s cancelled', async (_, codes) => {
    mock
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled(...codes))
      .resolves({});
    expect(await store().appendTogether([one, two], [])).toEqual({ stored: true });
    expect(mock.commandCalls(TransactWriteItemsCommand)).toHaveLength(2);
  });

  it('does not retry a transaction that has lost a race, whatever other conflicts it had', async () => {
    mock
      .on(TransactWriteItemsCommand)
      .rejects(cancelled('TransactionConflict', { Code: 'ConditionalCheckFailed', Item: toItem(two) }));
    expect(await store().appendTogether([one, two], [])).toEqual({ stored: false, winners: [two] });
    expect(mock.commandCalls(TransactWriteItemsCommand)).toHaveLength(1);
  });

  it.each([['ValidationError'], ['ItemCollectionSizeLimitExceeded']])(
    'does not send a transaction again that has %s',
    async (code) => {
      mock.on(TransactWriteItemsCommand).rejects(cancelled('TransactionConflict', code));
      await expect(store().appendTogether([one, two], [])).rejects.toThrow(TransactionCanceledException);
      expect(mock.commandCalls(TransactWriteItemsCommand)).toHaveLength(1);
    },
  );

  it('says so where an engine hands back no winner', async () => {
    mock.on(PutItemCommand).rejects(new ConditionalCheckFailedException(fault));
    await expect(store().append(one)).rejects.toThrow('it returned no item');
  });

  it('lets any other fault through', async () => {
    mock.on(PutItemCommand).rejects(new Error('broken'));
    await expect(store().append(one)).rejects.toThrow('broken');
    expect(waits).toEqual([]);
  });
});
