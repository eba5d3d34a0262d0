import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { asRead, codesOf, conditionError, didHold, refusedBy, transactionErrors } from '../../lib/aws/condition.ts';

const fault = { $metadata: {}, message: 'as asked' };
const [one, two] = [{ id: { S: 'one' } }, { id: { S: 'two' } }];
const failed = (Item?: typeof one) => new ConditionalCheckFailedException({ ...fault, ...(Item && { Item }) });
const cancelled = (...CancellationReasons: { Code?: string; Item?: typeof one }[]) =>
  new TransactionCanceledException({ ...fault, CancellationReasons });
const [other, conflict] = [new Error('away'), new TransactionConflictException(fault)];

describe('a request whose condition failed', () => {
  it.each([
    ['a write', failed(one), [[0, one]]],
    ['a write that returned no item', failed(), [[0, undefined]]],
    ['the second write of a transaction', cancelled({ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: two }), [[1, two]]],
    [
      'a transaction with conflicts besides',
      cancelled({ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed' }),
      [[1, undefined]],
    ],
  ])('%s is told by its position and its item', async (_, error, refused) => {
    expect([...(await refusedBy(Promise.reject(error)))]).toEqual(refused);
    expect(await didHold(Promise.reject(error))).toBe(false);
  });

  it('is none if it was written', async () => {
    expect((await refusedBy(Promise.resolve())).size).toBe(0);
    expect(await didHold(Promise.resolve())).toBe(true);
  });

  it.each([
    ['another error', other],
    ['a conflict', conflict],
    ['a transaction cancelled for other reasons', cancelled({ Code: 'ThrottlingError' }, {})],
    ['a transaction without reasons', new TransactionCanceledException(fault)],
  ])('is none if it failed by %s, which is thrown', async (_, error) => {
    await expect(refusedBy(Promise.reject(error))).rejects.toBe(error);
    await expect(didHold(Promise.reject(error))).rejects.toBe(error);
  });
});

it('the codes of any refusal are those of a transaction', () => {
  expect(codesOf(failed())).toEqual(['ConditionalCheckFailed']);
  expect(codesOf(conflict)).toEqual(['TransactionConflict']);
  expect(codesOf(cancelled({}, { Code: 'ValidationError' }))).toEqual(['None', 'ValidationError']);
  expect(codesOf(other)).toEqual([]);
});

it('the names are those of the SDK', () => {
  expect(conditionError).toBe(failed().name);
  expect(transactionErrors).toEqual(expect.arrayContaining([conflict.name, cancelled().name]));
});

it('a field is compared with what was read, and expected to be absent if there was none', () => {
  expect(asRead('run', 0)).toEqual({
    ConditionExpression: '#read = :read',
    ExpressionAttributeNames: { '#read': 'run' },
    ExpressionAttributeValues: { ':read': 0 },
  });
  expect(asRead('run')).toEqual({
    ConditionExpression: 'attribute_not_exists(#read)',
    ExpressionAttributeNames: { '#read': 'run' },
  });
});
