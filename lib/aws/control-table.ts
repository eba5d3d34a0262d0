import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { didHold } from './condition.ts';

/** Any object is stored as a map, without its undefined fields: a map keyed by names may have a key named `constructor`. */
const translation = { marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true } };

/**
 * Items of the control table, by the document client: only Foldstream writes them. Commits, snapshots and rows hold anybody's data, and are converted
 * by attributes.ts.
 */
export const controlTable = (client: DynamoDBClient, TableName: string) => {
  const documents = DynamoDBDocumentClient.from(client, translation);
  return {
    TableName,
    documents,
    /** Reads an item consistently. */
    get: async <T>(id: string): Promise<T | undefined> => {
      const { Item } = await documents.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }));
      if (!Item) return undefined;
      const { id: _, ...fields } = Item;
      return fields as T;
    },
    /** Puts an item, and returns whether its condition held. */
    put: (input: Omit<PutCommandInput, 'TableName'>): Promise<boolean> =>
      didHold(documents.send(new PutCommand({ TableName, ...input }))),
  };
};

export type ControlTable = ReturnType<typeof controlTable>;
