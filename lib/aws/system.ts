import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Keys } from '../engine/ports.ts';
import { readSecret } from './secrets.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** SHA-256, hexadecimal. */
export const systemHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Hashes, randomness, and digests under the deployment's secret, which is read once in the life of a process. */
export const systemKeys = (client: DynamoDBClient, controlTable: string): Keys => {
  let known: Promise<Uint8Array> | undefined;
  const secret = () => {
    const reading = async () => (await readSecret(client, controlTable, 'digests')).secret;
    known ??= reading().catch((error) => {
      // Drops a failed read from the cache, so that the next call retries.
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
