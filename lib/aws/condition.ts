import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes.ts';

// The one file that interprets a failed condition or a cancelled transaction: test/structure/conditions.test.ts checks it.

/** The code of a write whose condition failed. */
export const conditionFailed = 'ConditionalCheckFailed';

/** The name of the error of a single write whose condition failed. */
export const conditionError = `${conditionFailed}Exception`;

/** The names of errors of transactions that stood in each other's way. */
export const transactionErrors = ['TransactionConflict', 'TransactionCanceled', 'TransactionInProgress'].map(
  (name) => `${name}Exception`,
);

const reasonsOf = (error: unknown): readonly Readonly<{ Code?: string; Item?: Item }>[] => {
  if (error instanceof ConditionalCheckFailedException)
    return [{ Code: conditionFailed, ...(error.Item && { Item: error.Item }) }];
  if (error instanceof TransactionConflictException) return [{ Code: 'TransactionConflict' }];
  return (error instanceof TransactionCanceledException && error.CancellationReasons) || [];
};

/** Why DynamoDB refused each write of a request, by its position; `None` for a write that it did not refuse. Empty for any other error. */
export const codesOf = (error: unknown): readonly string[] => reasonsOf(error).map(({ Code = 'None' }) => Code);

/** The item that was in the way of one of a request's writes, by its position, if that write asked for it. */
export const handedBack = (error: unknown, position: number): Item | undefined => reasonsOf(error)[position]?.Item;

/** Waits for a request. Returns its writes whose condition failed, by their positions, with the items that were there; throws any other error. */
export const refusedBy = async (request: Promise<unknown>): Promise<ReadonlyMap<number, Item | undefined>> => {
  try {
    await request;
    return new Map();
  } catch (error) {
    const refused = [...reasonsOf(error).entries()].filter(([_, { Code }]) => Code === conditionFailed);
    if (refused.length === 0) throw error;
    return new Map(refused.map(([position, { Item }]) => [position, Item]));
  }
};

/** Waits for a request, and returns whether all its conditions held. */
export const didHold = async (request: Promise<unknown>): Promise<boolean> => (await refusedBy(request)).size === 0;

/** Condition: a field is as it was read. Undefined means that the item, or the field, was not there. The value is as the request takes it. */
export const asRead = <V = never>(field: string, value?: V) => ({
  ConditionExpression: value === undefined ? 'attribute_not_exists(#read)' : '#read = :read',
  ExpressionAttributeNames: { '#read': field },
  ...(value !== undefined && { ExpressionAttributeValues: { ':read': value } }),
});
