import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** About how many commits there are: DynamoDB counts every six hours or so. */
export const aboutCommits = (client: DynamoDBClient, TableName: string) => async (): Promise<number> =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table?.ItemCount ?? 0;
