import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSEvent } from 'aws-lambda';

const client = new DynamoDBClient({});

/** The least that anything does between a queue and a table. */
export const handler = async ({ Records }: SQSEvent): Promise<void> => {
  console.log('Projected.');
  await Promise.all(
    Records.map(({ body }) =>
      client.send(new PutItemCommand({ TableName: process.env.VIEW_TABLE, Item: JSON.parse(body).detail })),
    ),
  );
};
