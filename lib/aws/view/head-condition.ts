import type { Put } from '@aws-sdk/client-dynamodb';
import type { ViewItem } from '../../engine/ports.ts';
import { countOfRows } from '../../engine/view/view-item.ts';
import { toAttribute, toItem } from '../attributes.ts';
import { asRead } from '../condition.ts';

type Condition = Pick<
  Put,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues' | 'ReturnValuesOnConditionCheckFailure'
>;

const unwritten = (before: ViewItem | undefined) => {
  if (before === undefined) return asRead('key');
  if (before.writes !== undefined) return asRead('writes', toAttribute(before.writes));
  return {
    ConditionExpression: 'attribute_exists(#key) AND attribute_not_exists(#writes)',
    ExpressionAttributeNames: { '#key': 'key', '#writes': 'writes' },
  };
};

/**
 * Condition: the head has not been written since it was read; else it is handed back. A head from before the count has none until it is written
 * again.
 */
export const asItWasRead = (before: ViewItem | undefined): Condition => ({
  ...unwritten(before),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});

/**
 * Condition: the row was not put for a later head, nor for the same head and a later commit; or there is none at all. Rows from before the count have
 * none.
 */
export const overEarlier = ({ commit }: ViewItem, before: ViewItem | undefined, only?: 'where-none-is'): Condition => {
  const isEarlier = 'attribute_not_exists(#writes) OR #writes < :writes OR (#writes = :writes AND #commit <= :commit)';
  return {
    ConditionExpression: only ? `(${isEarlier}) AND attribute_not_exists(#row)` : isEarlier,
    ExpressionAttributeNames: { '#writes': 'writes', '#commit': 'commit', ...(only && { '#row': 'row' }) },
    ExpressionAttributeValues: toItem({ ':writes': countOfRows(before), ':commit': commit }),
  };
};
