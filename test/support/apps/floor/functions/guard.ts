import type { DynamoDBStreamEvent } from 'aws-lambda';

/** The least that a second consumer of a table's stream does. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<void> => {
  console.log('Guarded.', Records.length);
};
