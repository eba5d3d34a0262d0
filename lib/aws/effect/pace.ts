import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Pace } from '../../engine/effect/ports.ts';
import { didHold } from '../condition.ts';
import { controlTable } from '../control-table.ts';

/**
 * Counts tries by second. Stored format of 2026-11, in the control table: `id` is `pace/<effect>`, with the newest `second` and its `count`. A function whose
 * clock is behind counts in the newest second.
 */
export const paceItems = (client: DynamoDBClient, table: string): Pace => {
  const control = controlTable(client, table);
  return {
    count: async (effect, second) => {
      const request = { TableName: control.TableName, Key: { id: `pace/${effect}` } };
      const names = { '#second': 'second', '#count': 'count' };
      for (;;) {
        let count = 1;
        const counted = control.documents
          .send(
            new UpdateCommand({
              ...request,
              UpdateExpression: 'ADD #count :one',
              ConditionExpression: '#second >= :second',
              ExpressionAttributeNames: names,
              ExpressionAttributeValues: { ':one': 1, ':second': second },
              ReturnValues: 'UPDATED_NEW',
            }),
          )
          .then(({ Attributes }) => {
            count = Number(Attributes?.count);
          });
        if (await didHold(counted)) return count;
        const begun = control.documents.send(
          new UpdateCommand({
            ...request,
            UpdateExpression: 'SET #second = :second, #count = :one',
            ConditionExpression: 'attribute_not_exists(#second) OR #second < :second',
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: { ':one': 1, ':second': second },
          }),
        );
        // Another function may have begun the second at the same time: then it is counted in that one.
        if (await didHold(begun)) return 1;
      }
    },
  };
};
