import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

const client = new DynamoDBClient({});

/** The least that anything does between an API and a table. */
export const handler = async ({ body = '' }: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const { id, value } = JSON.parse(body) as { id: string; value: number };
  console.log('Written.');
  await client.send(
    new PutItemCommand({ TableName: process.env.WRITTEN_TABLE, Item: { id: { S: id }, value: { N: String(value) } } }),
  );
  return { statusCode: 201, headers: { 'content-type': 'application/json' }, body: '{}' };
};
