import { createHmac, hash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { keptFor } from '../engine/kept-for.ts';
import type { Clock, Keys } from '../engine/ports.ts';
import type { FitsHmac } from '../http/signature.ts';
import { readSecret } from './secrets.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** SHA-256, hexadecimal. In one call: an object of its own for each hash takes two to five times as long, and each command has nine of them. */
export const systemHash = (text: string): string => hash('sha256', text);

/** HMAC-SHA-256, hexadecimal. */
export const digestOf = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/** Compares a signature in constant time with the HMAC-SHA-256 of a text. */
export const systemFits: FitsHmac = (key, text, signature) => {
  const own = createHmac('sha256', key).update(text).digest();
  return own.length === signature.length && timingSafeEqual(own, signature);
};

/** The time for which the deployment's secret is cached. A change of the keys in it waits as long between its steps. */
const keptMilliseconds = 5 * 60_000;

/** Hashes, randomness, and digests under the deployment's secret. */
export const systemKeys = (
  client: DynamoDBClient,
  controlTable: string,
  { clock = systemClock }: Readonly<{ clock?: Pick<Clock, 'now'> }> = {},
): Keys => {
  const secretOf = keptFor(clock, readSecret(client, controlTable), keptMilliseconds);
  return {
    hash: systemHash,
    digest: async (text) => digestOf((await secretOf('digests')).secret, text),
    digests: async (text) => {
      const [inUse, ...others] = (await secretOf('digests')).commands;
      return [digestOf(inUse, text), ...others.map((key) => digestOf(key, text))];
    },
    randomId: () => randomUUID(),
    random: () => Math.random(),
  };
};
