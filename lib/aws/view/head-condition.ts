import type { Put } from '@aws-sdk/client-dynamodb';
import type { ViewItem } from '../../engine/ports.ts';
import { toItem } from '../attributes.ts';

type Condition = Pick<Put, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>;

/** That nobody has written a head since it was read. One that was written before there was a count has none until it is written again. */
export const asItWasRead = (before: ViewItem | undefined): Condition => {
  if (before === undefined)
    return { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } };
  if (before.writes === undefined)
    return {
      ConditionExpression: 'attribute_exists(#key) AND attribute_not_exists(#writes)',
      ExpressionAttributeNames: { '#key': 'key', '#writes': 'writes' },
    };
  return {
    ConditionExpression: '#writes = :writes',
    ExpressionAttributeNames: { '#writes': 'writes' },
    ExpressionAttributeValues: toItem({ ':writes': before.writes }),
  };
};
