import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSEvent } from 'aws-lambda';

const client = new DynamoDBClient({});

/** The least that anything does between a queue and a table: so many requests, one after the other. */
export const handler = async ({ Records }: SQSEvent): Promise<void> => {
  console.log('Projected.');
  await Promise.all(
    Records.map(async ({ body }) => {
      for (let i = 0; i < Number(process.env.REQUESTS); i++)
        await client.send(new PutItemCommand({ TableName: process.env.VIEW_TABLE, Item: JSON.parse(body).detail }));
    }),
  );
};
