import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBStreamEvent } from 'aws-lambda';

const client = new SQSClient({});

/** The least that a second consumer of a table's stream does which notes what it has seen. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<void> => {
  console.log('Guarded.');
  await client.send(
    new SendMessageCommand({ QueueUrl: process.env.JOURNAL_URL, MessageBody: JSON.stringify(Records[0]?.dynamodb?.Keys) }),
  );
};
