import crypto, { createHash, createHmac } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { collected } from '../../../lib/aws/client/collected.ts';
import { dynamo } from '../../../lib/aws/client/dynamo.ts';
import { Sha256 } from '../../../lib/aws/client/sha256.ts';

const bytes = fc.uint8Array({ maxLength: 20 });

describe('what requests are signed with', () => {
  it('is SHA-256 of all parts, with a key or without', () =>
    fc.assert(
      fc.asyncProperty(
        fc.option(fc.oneof(fc.string(), fc.uint8Array()), { nil: undefined }),
        fc.array(fc.oneof(fc.string(), bytes), { maxLength: 4 }),
        async (key, parts) => {
          const reference = key === undefined ? createHash('sha256') : createHmac('sha256', key);
          for (const part of parts) reference.update(part);
          const wanted = reference.digest('hex');
          // Twice: a key is made once.
          for (let i = 0; i < 2; i++) {
            const made = new Sha256(key);
            made.update('forgotten');
            made.reset();
            for (const part of parts) made.update(part);
            expect(Buffer.from(await made.digest()).toString('hex')).toBe(wanted);
          }
        },
      ),
    ));

  it('takes a part of a buffer for that part', async () => {
    const made = new Sha256();
    made.update(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
    made.update(new Uint8Array([5]).buffer);
    expect(Buffer.from(await made.digest())).toEqual(
      createHash('sha256')
        .update(Buffer.of(2, 3, 5))
        .digest(),
    );
  });
});

describe('the body of an answer', () => {
  it('is all of its pieces', () =>
    fc.assert(
      fc.asyncProperty(fc.array(bytes.filter(({ length }) => length > 0)), async (pieces) => {
        const whole = await collected(Readable.from(pieces.map((piece) => Buffer.from(piece))));
        expect(Buffer.from(whole)).toEqual(Buffer.concat(pieces));
      }),
    ));

  it('fails when it breaks off', async () => {
    const broken = new Readable({ read: () => {} });
    broken.push(Buffer.of(1));
    setImmediate(() => broken.destroy(new Error('broken off')));
    await expect(collected(broken)).rejects.toThrow('broken off');
  });
});

describe('a lean client', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });
  const steps = (client: DynamoDBClient) =>
    client.middlewareStack
      .identify()
      .map((step) => step.split(' - ')[0])
      .sort();

  it('is one of the SDK without two steps, and with one', () => {
    const region = 'eu-central-1';
    const theirs = steps(new DynamoDBClient({ region }));
    const ours = steps(dynamo({ region }));
    expect(theirs.filter((step) => !ours.includes(step))).toEqual(['getUserAgentMiddleware', 'loggerMiddleware']);
    expect(ours.filter((step) => !theirs.includes(step))).toEqual(['foldstreamUserAgent']);
  });

  it('says who it is, and makes the keys of its signatures once', async () => {
    const agents: unknown[] = [];
    const requestHandler = {
      handle: async ({ headers }: { headers: Readonly<Record<string, string>> }) => {
        agents.push(headers['user-agent']);
        return { response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from('{}')]) } };
      },
    };
    const credentials = { accessKeyId: 'a', secretAccessKey: 'of this test alone' };
    const client = dynamo({ region: 'eu-central-1', credentials, requestHandler });
    const send = () => client.send(new PutItemCommand({ TableName: 'table', Item: {} }));
    await send();
    const makes = vi.spyOn(crypto, 'createSecretKey');
    syncBuiltinESMExports();
    await send();
    // The secret again, after the key that was made of it.
    expect(makes).toHaveBeenCalledTimes(1);
    await send();
    expect(makes).toHaveBeenCalledTimes(1);
    expect(agents).toEqual(['foldstream', 'foldstream', 'foldstream']);
    expect(client.config.streamCollector).toBe(collected);
  });
});
