import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

const client = new DynamoDBClient({});

/** The least that waits for a table: with the pauses of lib/engine/query/consistency.ts, and as long. */
export const handler = async ({ queryStringParameters }: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const { id = '', value = '' } = queryStringParameters ?? {};
  console.log('Read.');
  const since = Date.now();
  for (;;) {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: process.env.VIEW_TABLE, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    const passed = Date.now() - since;
    const found = Number(Item?.value?.N ?? 0) >= Number(value);
    if (found || passed > 3_000)
      return {
        statusCode: found ? 200 : 503,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ value: Number(Item?.value?.N ?? 0) }),
      };
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, Math.max(10, passed / 4))));
  }
};
