import { timingSafeEqual } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretName } from '../../core/deployed-names.ts';
import { keptFor } from '../../engine/kept-for.ts';
import type { Clock, Proofs } from '../../engine/ports.ts';
import { readSecret } from '../secrets.ts';
import { digestOf, systemClock } from '../system.ts';

/** The time for which a key is cached. Proofs under a newer key fail for this long, and are retried. */
const keptMilliseconds = 5 * 60_000;

/** Compares bytes: a text of as many letters may have more of them, at which `timingSafeEqual` throws. */
const isSame = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Proofs by HMAC-SHA-256 under one of the deployment's secrets: that of messages, unless another is named. */
export const systemProofs = (
  client: DynamoDBClient,
  controlTable: string,
  { clock = systemClock, name = 'proofs' }: Readonly<{ clock?: Pick<Clock, 'now'>; name?: SecretName }> = {},
): Proofs => {
  const secretOf = keptFor(clock, readSecret(client, controlTable), keptMilliseconds);
  return {
    make: async (text) => digestOf((await secretOf(name)).secret, text),
    holds: async (text, proof) => {
      const { secret, previous } = await secretOf(name);
      return [secret, previous].some((key) => key !== undefined && isSame(digestOf(key, text), proof));
    },
  };
};
