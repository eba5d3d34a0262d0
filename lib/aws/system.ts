import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { keptFor } from '../engine/kept-for.ts';
import type { Clock, Keys } from '../engine/ports.ts';
import type { FitsHmac } from '../http/signature.ts';
import { readSecret } from './secrets.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** SHA-256, hexadecimal. */
export const systemHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** HMAC-SHA-256, hexadecimal. */
export const digestOf = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/** Compares a signature in constant time with the HMAC-SHA-256 of a text. */
export const systemFits: FitsHmac = (key, text, signature) => {
  const own = createHmac('sha256', key).update(text).digest();
  return own.length === signature.length && timingSafeEqual(own, signature);
};

/** Hashes, randomness, and digests under the deployment's secret, which is read once in the life of a process. */
export const systemKeys = (client: DynamoDBClient, controlTable: string): Keys => {
  const secretOf = keptFor(systemClock, readSecret(client, controlTable), Number.POSITIVE_INFINITY);
  return {
    hash: systemHash,
    digest: async (text) => digestOf((await secretOf('digests')).secret, text),
    randomId: () => randomUUID(),
    random: () => Math.random(),
  };
};
