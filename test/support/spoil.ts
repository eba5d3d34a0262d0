import { type AttributeValue, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

/** Ways in which a stored snapshot can be wrong. */
export const spoilers = (client: DynamoDBClient, TableName: string) => {
  const set = (name: string, value?: AttributeValue) => async (stream: string, code: string) => {
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: { stream: { S: stream }, code: { S: code } },
        UpdateExpression: value ? 'SET #name = :value' : 'REMOVE #name',
        ExpressionAttributeNames: { '#name': name },
        ...(value && { ExpressionAttributeValues: { ':value': value } }),
      }),
    );
  };
  return {
    'state is no gzip': set('state', { B: new Uint8Array([1, 2, 3]) }),
    'state is no JSON': set('state', { S: '{"' }),
    'state is a set': set('state', { SS: ['a'] }),
    'no state': set('state'),
    'no commit': set('commit'),
    'commit is text': set('commit', { S: '9' }),
    'commit is a fraction': set('commit', { N: '9.5' }),
    'no hash': set('hash'),
    'no bytes': set('bytes'),
    'recent is text': set('recent', { S: '0011' }),
    'recent is cut short': set('recent', { B: new Uint8Array(9) }),
    'no ids of processes': set('sent'),
    'not said from when on they are': set('sentFrom'),
  };
};
