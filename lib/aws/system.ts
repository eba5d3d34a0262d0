import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock, Keys } from '../engine/ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** The secret's place in the control table. Stored format of 2026-11: `id`, and `secret` with 32 bytes. */
const id = { S: 'secret' };

const read = async (client: DynamoDBClient, table: string): Promise<Uint8Array | undefined> => {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { id }, ConsistentRead: true }));
  return Item?.secret?.B;
};

/** Made by whoever needs it first. What counts is what is read afterwards, not what this process made up. */
const make = async (client: DynamoDBClient, table: string): Promise<Uint8Array> => {
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: { id, secret: { B: randomBytes(32) } },
        ConditionExpression: 'attribute_not_exists(#id)',
        ExpressionAttributeNames: { '#id': 'id' },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  const secret = await read(client, table);
  if (!secret) throw new Error(`The table ${table} holds no secret although one was just put there.`);
  return secret;
};

/** SHA-256, hexadecimal. */
export const systemHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Hashes, randomness, and the deployment's secret, which is read once in the life of a process. Who may only read it gets one of no
 * account as long as there is none: nothing was made with a secret yet, so nothing that is checked can be right.
 */
export const systemKeys = (
  client: DynamoDBClient,
  controlTable: string,
  { make: mayMake = true }: Readonly<{ make?: boolean }> = {},
): Keys => {
  let known: Promise<Uint8Array> | undefined;
  const secret = () => {
    known ??= read(client, controlTable)
      .then((found) => {
        if (found || mayMake) return found ?? make(client, controlTable);
        known = undefined;
        return randomBytes(32);
      })
      .catch((error) => {
        // The next call tries again: a passing fault must not last as long as the process.
        known = undefined;
        throw error;
      });
    return known;
  };
  return {
    hash: systemHash,
    digest: async (text) =>
      createHmac('sha256', await secret())
        .update(text)
        .digest('hex'),
    randomId: () => randomUUID(),
    random: () => Math.random(),
  };
};
