import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type AttributeValue,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamo } from '../../../lib/aws/client/dynamo.ts';
import { Sha256 } from '../../../lib/aws/client/sha256.ts';

type Sent = Readonly<{
  method: string;
  path: string;
  hostname: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}>;

/** A transport that keeps what is sent, and gives one answer to everything. */
const answering = (body: object, status = 200) => {
  const sent: Sent[] = [];
  return {
    sent,
    requestHandler: {
      handle: async (request: Sent) => {
        sent.push(request);
        const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r1' };
        return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(JSON.stringify(body))]) } };
      },
    },
  };
};

const config = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

/** Sends the same by the SDK as it comes and by our client; what went out, and what came back. */
const bothWays = async (
  send: (client: DynamoDBClient) => Promise<object>,
  body: object,
  { status, ...more }: Readonly<{ status?: number; endpoint?: string }> = {},
) =>
  Promise.all(
    [
      (handler: object) => new DynamoDBClient({ ...config, ...handler }),
      (handler: object) => dynamo({ ...config, ...handler }),
    ].map(async (make) => {
      const { sent, requestHandler } = answering(body, status);
      const { $metadata, ...answer } = (await send(make({ ...more, requestHandler }))) as { $metadata: object };
      return { answer, $metadata, sent };
    }),
  );

const bytes = fc.uint8Array({ maxLength: 20 });
const names = fc.oneof(fc.string(), fc.constantFrom('B', 'BS', 'M', 'S', '', 'toString', 'é'));
const { value: attribute } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }).map((S) => ({ S })),
    fc.integer().map((N) => ({ N: String(N) })),
    bytes.map((B) => ({ B })),
    bytes.map((B) => ({ B: Buffer.from(B) })),
    fc.array(bytes, { minLength: 1, maxLength: 3 }).map((BS) => ({ BS })),
    fc.array(fc.string(), { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }).map((M) => ({ M })),
  ),
}));
const item = fc.dictionary(names, attribute, { maxKeys: 5, noNullPrototype: true });
/** The SDK sends its own as bytes. */
const textOf = (body: string | Uint8Array): string => (typeof body === 'string' ? body : new TextDecoder().decode(body));
const parsed = (sent: readonly Sent[]) =>
  sent.map(({ method, path, hostname, headers, body }) => ({
    ...{ method, path, hostname, body: JSON.parse(textOf(body)) },
    type: headers['content-type'],
    target: headers['x-amz-target'],
    host: headers.host,
  }));

describe('requests of items', () => {
  it('say to DynamoDB what the SDK would say of any item', () =>
    fc.assert(
      fc.asyncProperty(item, async (Item) => {
        const put = new PutItemCommand({ TableName: 't', Item, ConditionExpression: undefined, ReturnValues: 'NONE' });
        const [theirs, ours] = await bothWays((client) => client.send(put), {});
        expect(parsed(ours!.sent)).toEqual(parsed(theirs!.sent));
      }),
    ));

  it('understand every answer as the SDK does', () =>
    fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 3 }), async (Items) => {
        // As it travels: what the SDK writes of the items.
        const [{ sent }] = (await bothWays(
          (client) =>
            client.send(
              new TransactWriteItemsCommand({ TransactItems: Items.map((Item) => ({ Put: { TableName: 't', Item } })) }),
            ),
          {},
        )) as unknown as [{ sent: readonly Sent[] }];
        const { TransactItems } = JSON.parse(textOf(sent[0]!.body)) as { TransactItems: { Put: { Item: object } }[] };
        const body = {
          Items: TransactItems.map(({ Put }) => Put.Item),
          Count: Items.length,
          LastEvaluatedKey: TransactItems[0]?.Put.Item,
        };
        const [theirs, ours] = await bothWays((client) => client.send(new QueryCommand({ TableName: 't' })), body);
        expect(ours!.answer).toEqual(theirs!.answer);
        expect(ours!.$metadata).toMatchObject({ httpStatusCode: 200, requestId: 'r1', attempts: 1 });
      }),
    ));

  it('go to the address that a client is given, as the SDK’s do', async () => {
    for (const endpoint of ['http://127.0.0.1:4566', 'https://proxy.example/dynamodb']) {
      const put = new PutItemCommand({ TableName: 't', Item: {} });
      const [theirs, ours] = await bothWays((client) => client.send(put), {}, { endpoint });
      expect(parsed(ours!.sent)).toEqual(parsed(theirs!.sent));
    }
  });

  it('give each transaction a token of its own', async () => {
    const { sent, requestHandler } = answering({});
    const client = dynamo({ ...config, requestHandler });
    for (const ClientRequestToken of [undefined, undefined, 'mine'])
      await client.send(new TransactWriteItemsCommand({ TransactItems: [], ...(ClientRequestToken && { ClientRequestToken }) }));
    const tokens = sent.map(({ body }) => JSON.parse(textOf(body)).ClientRequestToken as string);
    expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(tokens[1]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(tokens).size).toBe(3);
    expect(tokens[2]).toBe('mine');
  });

  it('leave errors to the SDK, with the item that won', async () => {
    const body = {
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { c: { B: 'AQI=' } },
    };
    const failed = (client: DynamoDBClient) =>
      client.send(new PutItemCommand({ TableName: 't', Item: {} })).catch((error: object) => ({ ...error, $metadata: {} }));
    const [theirs, ours] = await bothWays(failed, body, { status: 400 });
    expect(ours!.answer).toEqual(theirs!.answer);
    expect(ours!.answer).toMatchObject({ name: 'ConditionalCheckFailedException', Item: { c: { B: new Uint8Array([1, 2]) } } });
  });

  it('leave all other operations to the SDK: a table was made at a time, not at a number', async () => {
    const body = { Table: { TableName: 't', CreationDateTime: 1_700_000_000 } };
    const [theirs, ours] = await bothWays((client) => client.send(new DescribeTableCommand({ TableName: 't' })), body);
    expect(ours!.answer).toEqual(theirs!.answer);
    expect(ours!.answer).toMatchObject({ Table: { CreationDateTime: new Date(1_700_000_000_000) } });
  });
});

describe('what requests are signed with', () => {
  it('is SHA-256 of all parts, with a key or without', () =>
    fc.assert(
      fc.asyncProperty(
        fc.option(fc.oneof(fc.string({ minLength: 1 }), fc.uint8Array({ minLength: 1 })), { nil: undefined }),
        fc.array(fc.oneof(fc.string(), bytes), { maxLength: 4 }),
        async (key, parts) => {
          const reference = key === undefined ? createHash('sha256') : createHmac('sha256', key);
          for (const part of parts) reference.update(part);
          const wanted = reference.digest('hex');
          // Twice: a key is made once.
          for (let i = 0; i < 2; i++) {
            const made = new Sha256(key);
            for (const part of parts) made.update(part);
            expect(Buffer.from(await made.digest()).toString('hex')).toBe(wanted);
          }
        },
      ),
    ));
});
