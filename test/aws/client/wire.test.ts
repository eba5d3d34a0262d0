import { Readable } from 'node:stream';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  ListBackupsCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dynamo } from '../../../lib/aws/client/dynamo.ts';

type Sent = Readonly<{ headers: Record<string, string>; body: string | Uint8Array }>;

const headers = { 'X-Amzn-RequestId': 'r1', 'x-amz-id-2': 'i2', 'content-type': 'application/x-amz-json-1.0' };

/** A transport that keeps what is sent, and gives one answer to everything: an object as JSON, or a text as it is. */
const answering = (body: object | string | undefined, statusCode = 200) => {
  const sent: Sent[] = [];
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const requestHandler = {
    handle: async (request: Sent) => {
      sent.push(request);
      // Each byte by itself: a character of several must not be read in parts.
      const stream = text === undefined ? text : Readable.from([...Buffer.from(text)].map((byte) => Buffer.of(byte)));
      return { response: { statusCode, headers: { ...headers }, body: stream } };
    },
  };
  return { sent, requestHandler };
};

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const config = { region: 'eu-central-1', credentials, maxAttempts: 2, retryMode: 'standard' };

type Came = Readonly<{ $metadata?: object }>;
type Answers = Readonly<{ status?: number }> & DynamoDBClientConfig;

/** Sends the same by the SDK as it comes and by our client; what went out, and what came back, be it an error. */
const bothWays = async (
  send: (client: DynamoDBClient) => Promise<Came>,
  body: object | string | undefined,
  { status, ...more }: Answers = {},
) => {
  const way = async (make: (given: DynamoDBClientConfig) => DynamoDBClient) => {
    const { sent, requestHandler } = answering(body, status);
    const client = make({ ...config, ...more, requestHandler });
    const came = await send(client).catch((error: Error & Came) => ({ ...error, failed: error.name, message: error.message }));
    const { $metadata, ...answer } = came;
    return { answer, $metadata, sent };
  };
  const [theirs, ours] = await Promise.all([way((given) => new DynamoDBClient(given)), way(dynamo)]);
  return { theirs, ours };
};

const bytes = fc.uint8Array({ maxLength: 20 });
const names = fc.oneof(fc.string(), fc.constantFrom('B', 'BS', 'M', 'S', '', 'toString', 'é', 'half of a pair: \ud800'));
const { value: attribute } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }).map((S) => ({ S })),
    names.map((S) => ({ S })),
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

/** Headers that are others for each try, for another order of members, or by design. */
const own = ['authorization', 'x-amz-date', 'amz-sdk-invocation-id', 'x-amz-content-sha256', 'user-agent', 'x-amz-user-agent'];

const asSent = (sent: readonly Sent[]) =>
  sent.map(({ headers, body, ...request }) => ({
    ...{ query: {}, ...request, body: JSON.parse(textOf(body)) },
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name))),
  }));

const put = (Item: Record<string, AttributeValue> = {}) => new PutItemCommand({ TableName: 'table', Item });
const query = new QueryCommand({ TableName: 'table' });

describe('requests of items', () => {
  // The SDK's jitter is then always 0.
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
  afterEach(() => void vi.restoreAllMocks());

  it('say to DynamoDB what the SDK would say of any item', () =>
    fc.assert(
      fc.asyncProperty(item, async (Item) => {
        const { theirs, ours } = await bothWays((client) => client.send(put(Item)), {});
        expect(asSent(ours.sent)).toEqual(asSent(theirs.sent));
      }),
    ));

  it('understand every answer as the SDK does', () =>
    fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 3 }), fc.constantFrom(' ', ''), async (Items, space) => {
        const { sent, requestHandler } = answering({});
        const client = new DynamoDBClient({ ...config, requestHandler });
        // As it travels: what the SDK writes of the items.
        for (const Item of Items) await client.send(put(Item));
        const travelling = sent.map(({ body }) => (JSON.parse(textOf(body)) as { Item: object }).Item);
        const body = JSON.stringify(
          { Items: travelling, Count: Items.length, LastEvaluatedKey: travelling[0] ?? null },
          null,
          space,
        );
        const { theirs, ours } = await bothWays((client) => client.send(query), body);
        // Strictly: bytes are no buffers, and what is not there is not undefined.
        expect(ours.answer).toStrictEqual(theirs.answer);
        expect(ours.$metadata).toEqual(theirs.$metadata);
      }),
    ));

  it('read bytes from an answer that has spaces about its colons', async () => {
    const { theirs, ours } = await bothWays((client) => client.send(query), '{"Items" : [{"a" : {"B" : "AQI="}}]}');
    expect(ours.answer).toStrictEqual(theirs.answer);
    expect(ours.answer).toEqual({ Items: [{ a: { B: new Uint8Array([1, 2]) } }] });
  });

  it.each([200, 204, 301, 400, 413, 429, 500, 503])('make of any body with status %i what the SDK does', async (status) => {
    for (const body of [
      undefined,
      '',
      '{}',
      'null',
      '<html>',
      '{"Item":',
      '{"Item":{"a":{"S":"é"}},"__type":"x#ThrottlingException"}',
    ]) {
      const get = new GetItemCommand({ TableName: 'table', Key: {} });
      const { theirs, ours } = await bothWays((client) => client.send(get), body, { status });
      expect([ours.answer, ours.$metadata]).toEqual([theirs.answer, theirs.$metadata]);
      expect(asSent(ours.sent)).toEqual(asSent(theirs.sent));
    }
  });

  it.each([
    { endpoint: 'http://127.0.0.1:4566' },
    { endpoint: 'https://proxy.example/dynamodb' },
    { endpoint: 'https://proxy.example/dynamodb/?of=us' },
    { useFipsEndpoint: true, useDualstackEndpoint: true },
    { credentials: { ...credentials, sessionToken: 'c', accountId: '123456789012' } },
  ])('go where the SDK’s go with %j', async (more) => {
    const { theirs, ours } = await bothWays((client) => client.send(put()), {}, more);
    expect(asSent(ours.sent)).toEqual(asSent(theirs.sent));
  });

  it('are written as texts, whichever of ten they are', async () => {
    const Key = { id: { B: new Uint8Array([1, 2]) } };
    const one = { TableName: 'table', Key };
    const sends: ((client: DynamoDBClient) => Promise<Came>)[] = [
      (client) => client.send(new BatchGetItemCommand({ RequestItems: { table: { Keys: [Key] } } })),
      (client) => client.send(new BatchWriteItemCommand({ RequestItems: { table: [{ DeleteRequest: { Key } }] } })),
      (client) => client.send(new DeleteItemCommand(one)),
      (client) => client.send(new GetItemCommand(one)),
      (client) => client.send(put(Key)),
      (client) => client.send(query),
      (client) => client.send(new ScanCommand({ TableName: 'table', Limit: 0, ExclusiveStartKey: Key })),
      (client) => client.send(new TransactGetItemsCommand({ TransactItems: [{ Get: one }] })),
      (client) => client.send(new TransactWriteItemsCommand({ TransactItems: [{ Delete: one }], ClientRequestToken: 'one' })),
      (client) => client.send(new UpdateItemCommand({ ...one, ExpressionAttributeValues: { ':id': Key.id } })),
    ];
    for (const send of sends) {
      const { theirs, ours } = await bothWays(send, {});
      expect(asSent(ours.sent)).toEqual(asSent(theirs.sent));
      // The SDK's own way makes bytes.
      expect(ours.sent[0]!.body).toBeTypeOf('string');
    }
  });

  it('are signed as the SDK signs them, by the credentials of their moment', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-30T12:00:00Z') });
    try {
      const signed = async (make: (given: DynamoDBClientConfig) => DynamoDBClient) => {
        const { sent, requestHandler } = answering({});
        let secretAccessKey = '';
        // Expired at once: each request asks for them anew.
        const current = async () => ({ ...credentials, secretAccessKey, expiration: new Date() });
        const client = make({ ...config, requestHandler, credentials: current });
        // What differs between the two, and is signed.
        const alike =
          <Args extends object, Came>(next: (args: Args) => Promise<Came>) =>
          (args: Args) => {
            for (const name of own) delete (args as unknown as { request: Sent }).request.headers[name];
            return next(args);
          };
        client.middlewareStack.addRelativeTo(alike, { relation: 'before', toMiddleware: 'httpSigningMiddleware' });
        for (secretAccessKey of ['one', 'two', 'one', 'three']) await client.send(put());
        return sent.map(({ headers }) => headers.authorization);
      };
      const ours = await signed(dynamo);
      expect(ours).toEqual(await signed((given) => new DynamoDBClient(given)));
      expect(new Set(ours).size).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('give each transaction a token of its own', async () => {
    const { sent, requestHandler } = answering({});
    const client = dynamo({ ...config, requestHandler });
    for (const given of [{}, {}, { ClientRequestToken: undefined }, { ClientRequestToken: 'mine' }])
      await client.send(new TransactWriteItemsCommand({ TransactItems: [], ...given }));
    const tokens = sent.map(({ body }) => JSON.parse(textOf(body)).ClientRequestToken as string);
    for (const token of tokens.slice(0, 3)) expect(token).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(tokens).size).toBe(4);
    expect(tokens[3]).toBe('mine');
  });

  it('leave errors to the SDK, with the item that won', async () => {
    const body = {
      __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { c: { B: 'AQI=' } },
    };
    const { theirs, ours } = await bothWays((client) => client.send(put()), body, { status: 400 });
    expect(ours).toEqual({ ...theirs, sent: ours.sent });
    expect(ours.answer).toMatchObject({ name: 'ConditionalCheckFailedException', Item: { c: { B: new Uint8Array([1, 2]) } } });
  });

  it('leave all other operations to the SDK: a date is not text there, nor a number', async () => {
    const day = new Date(1_700_000_000_000);
    const backups = new ListBackupsCommand({ TableName: 'table', TimeRangeLowerBound: day });
    const asked = await bothWays((client) => client.send(backups), {});
    expect(asSent(asked.ours.sent)).toEqual(asSent(asked.theirs.sent));
    const body = { Table: { TableName: 'table', CreationDateTime: 1_700_000_000 } };
    const describeTable = new DescribeTableCommand({ TableName: 'table' });
    const told = await bothWays((client) => client.send(describeTable), body);
    expect(told.ours.answer).toEqual(told.theirs.answer);
    expect(told.ours.answer).toMatchObject({ Table: { CreationDateTime: day } });
  });
});
