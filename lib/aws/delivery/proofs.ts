import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Proofs } from '../../engine/ports.ts';
import { readSecret, type Secret } from '../secrets.ts';
import { systemClock } from '../system.ts';

/** The time for which a key is cached. Proofs under a newer key fail for this long, and are retried. */
const keptMilliseconds = 5 * 60_000;

const proofOf = (key: Uint8Array, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/** Compares bytes: a text of as many letters may have more of them, at which `timingSafeEqual` throws. */
const isSame = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Proofs by HMAC-SHA-256 under the deployment's secret. */
export const systemProofs = (
  client: DynamoDBClient,
  controlTable: string,
  { clock = systemClock }: Readonly<{ clock?: Pick<Clock, 'now'> }> = {},
): Proofs => {
  let known: Readonly<{ at: number; secret: Promise<Secret> }> | undefined;
  const secretNow = (): Promise<Secret> => {
    const age = known && clock.now() - known.at;
    if (known && age !== undefined && age >= 0 && age < keptMilliseconds) return known.secret;
    const reading = { at: clock.now(), secret: readSecret(client, controlTable, 'proofs') };
    known = reading;
    // Drops a failed read from the cache, so that the next call retries.
    reading.secret.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading.secret;
  };
  return {
    make: async (text) => proofOf((await secretNow()).secret, text),
    holds: async (text, proof) => {
      const { secret, previous } = await secretNow();
      return [secret, previous].some((key) => key !== undefined && isSame(proofOf(key, text), proof));
    },
  };
};
