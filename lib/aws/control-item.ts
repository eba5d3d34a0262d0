import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from './attributes.ts';

/** Reads an item of the control table consistently. */
export const controlItem = async <T>(client: DynamoDBClient, TableName: string, id: string): Promise<T | undefined> => {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: toItem({ id }), ConsistentRead: true }));
  if (!Item) return undefined;
  const { id: _, ...fields } = fromItem(Item);
  return fields as T;
};
