import type { Put } from '@aws-sdk/client-dynamodb';
import type { ViewItem } from '../../engine/ports.ts';
import { countOfRows } from '../../engine/view/view-item.ts';
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

/** That no row is there which was put for a later head, or for the same one and a later commit. One of before rows had a count has none. */
export const overEarlier = ({ commit }: ViewItem, before: ViewItem | undefined): Condition => ({
  ConditionExpression: 'attribute_not_exists(#writes) OR #writes < :writes OR (#writes = :writes AND #commit <= :commit)',
  ExpressionAttributeNames: { '#writes': 'writes', '#commit': 'commit' },
  ExpressionAttributeValues: toItem({ ':writes': countOfRows(before), ':commit': commit }),
});
