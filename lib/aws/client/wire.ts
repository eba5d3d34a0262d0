import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { bufferOf } from './buffer.ts';

// DynamoDB's requests and answers are JSON, in which only bytes have another form: base64. The SDK builds both value by value along the operation's schema,
// which takes a fifth of a command's processor time.

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const hasBytes = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  if (value instanceof Uint8Array) return true;
  for (const name in value) if (hasBytes(value[name])) return true;
  return false;
};

const inBase64 = (value: unknown): unknown => {
  if (!isObject(value)) return value;
  if (value instanceof Uint8Array) return bufferOf(value).toString('base64');
  if (Array.isArray(value)) return value.map(inBase64);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inBase64(each)]));
};

/** The body of a request. */
const toWire = (input: object): string => JSON.stringify(hasBytes(input) ? inBase64(input) : input);

/** Not as a buffer: that would print and compare in its own way. */
const bytesOf = (base64: string): Uint8Array => {
  const { buffer, byteOffset, byteLength } = Buffer.from(base64, 'base64');
  return new Uint8Array(buffer, byteOffset, byteLength);
};

/** Puts bytes in the place of their base64. An attribute of the name `B` has an object there, of its type and value: only the type has a text. */
const withBytes = (value: Record<string, unknown>): void => {
  for (const name in value) {
    const each = value[name];
    if (name === 'B' && typeof each === 'string') value.B = bytesOf(each);
    else if (name === 'BS' && Array.isArray(each)) value.BS = each.map(bytesOf);
    else if (isObject(each)) withBytes(each);
  }
};

/** The name of bytes, and of a set of them. Within a text of an answer the quotes have a backslash before them. */
const mayHaveBytes = /"BS?"\s*:/;

/** An answer from its body. What is null is left out, as the SDK does: callers ask for undefined. */
const fromWire = (text: string): object => {
  const answer = JSON.parse(text || '{}') as Record<string, unknown>;
  if (mayHaveBytes.test(text)) withBytes(answer);
  for (const name in answer) if (answer[name] === null) delete answer[name];
  return answer;
};

/** What reads and writes items. All other operations, in whose answers there are dates, are left to the SDK. */
const ofItems: ReadonlySet<string> = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'TransactGetItems',
  'TransactWriteItems',
  'UpdateItem',
]);

/** By this token DynamoDB knows a transaction that is sent again: each has one, the same for all tries. */
const withToken = (operation: string, input: Input): Input =>
  operation === 'TransactWriteItems' ? { ...input, ClientRequestToken: input.ClientRequestToken ?? randomUUID() } : input;

type Input = Readonly<{ ClientRequestToken?: string | undefined }>;
type Operation = Readonly<{ name: string }>;
type Context = Readonly<{ streamCollector: (body: unknown) => Promise<Uint8Array> }>;
type Response = Readonly<{ statusCode: number; body?: unknown }>;

/** The part of the SDK's protocol that requests and answers go through. */
type Protocol = {
  serializeRequest(operation: Operation, input: Input, context: object): Promise<{ body?: unknown }>;
  deserializeResponse(operation: Operation, context: Context, response: Response): Promise<object>;
};

/**
 * Has a client write requests of items, and read their answers, as they travel. The SDK makes the request about a body that it is not shown, and reads
 * all but the body of an answer; an answer that is an error it reads whole.
 */
export const writeAsItTravels = ({ config }: DynamoDBClient): void => {
  const protocol = config.protocol as unknown as Protocol;
  const [serialize, deserialize] = [protocol.serializeRequest.bind(protocol), protocol.deserializeResponse.bind(protocol)];
  protocol.serializeRequest = async (operation, input, context) => {
    if (!ofItems.has(operation.name)) return serialize(operation, input, context);
    const request = await serialize(operation, {}, context);
    request.body = toWire(withToken(operation.name, input));
    return request;
  };
  protocol.deserializeResponse = async (operation, context, response) => {
    const { statusCode, body } = response;
    if (statusCode !== 200 || !body || !ofItems.has(operation.name)) return deserialize(operation, context, response);
    const bytes = await context.streamCollector(body);
    const answer = await deserialize(operation, context, { ...response, body: undefined });
    return Object.assign(answer, fromWire(bufferOf(bytes).toString()));
  };
};
