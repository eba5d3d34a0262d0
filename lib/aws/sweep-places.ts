import { ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SweepPlace, SweepPlaces } from '../engine/ports.ts';
import { fromItem, toItem } from './attributes.ts';

const id = 'sweep';

/** The sweep's place, in the control table. Stored format of 2026-11: `id`, and the fields of a SweepPlace. */
export const sweepPlaces = (client: DynamoDBClient, table: string): SweepPlaces => ({
  load: async () => {
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: toItem({ id }), ConsistentRead: true }));
    if (!Item) return undefined;
    const { id: _, ...place } = fromItem(Item);
    return place as SweepPlace;
  },
  save: async (place, loadedRun) => {
    const none = loadedRun === undefined;
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: toItem({ id, ...place }),
          ConditionExpression: none ? 'attribute_not_exists(#name)' : '#name = :run',
          ExpressionAttributeNames: { '#name': none ? 'id' : 'run' },
          ...(!none && { ExpressionAttributeValues: toItem({ ':run': loadedRun }) }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
});
