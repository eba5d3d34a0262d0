import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { DynamoDBStreamEvent } from 'aws-lambda';

const client = new EventBridgeClient({});

/** The least that anything does between a table's stream and a bus. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<void> => {
  console.log('Published.');
  for (let i = 0; i < Records.length; i += 10)
    await client.send(
      new PutEventsCommand({
        Entries: Records.slice(i, i + 10).map(({ dynamodb }) => ({
          EventBusName: process.env.BUS_NAME,
          Source: 'floor',
          DetailType: 'put',
          Detail: JSON.stringify(dynamodb?.NewImage),
        })),
      }),
    );
};
