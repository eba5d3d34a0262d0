import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { cachedOpening, cachedSealing } from '../../engine/personal/cached.ts';
import type { Opening, Sealing } from '../../engine/personal/ports.ts';
import { environment } from '../environment.ts';
import { systemClock } from '../system.ts';
import { hpkeBox } from './box.ts';
import { kmsKeyPairs } from './kms.ts';
import { openingKeys, sealingKeys } from './subject-keys.ts';

/** The keys of subjects as a function is given them. */
export const keysOf = (client: DynamoDBClient) => ({
  client,
  table: environment('KEYS_TABLE'),
  deployment: environment('STACK'),
  keyPairs: kmsKeyPairs(environment('SUBJECTS_KEY')),
});

/** How long a warm function keeps keys, in seconds. */
export const keySeconds = (): number => Number(environment('KEY_SECONDS'));

const aging = () => ({ clock: systemClock, milliseconds: keySeconds() * 1_000 });

/** True in a function that the deployment gives keys of subjects. */
const isGivenKeys = (): boolean => process.env.KEYS_TABLE !== undefined;

/** What personal values are sealed with, in a function that may. */
export const deployedSealing = (client: DynamoDBClient): Sealing | undefined =>
  isGivenKeys() ? { keys: cachedSealing(sealingKeys(keysOf(client)), aging()), box: hpkeBox() } : undefined;

/** What personal values are opened with, in a function that may. */
export const deployedOpening = (client: DynamoDBClient): Opening | undefined =>
  isGivenKeys() ? { keys: cachedOpening(openingKeys(keysOf(client)), aging()), box: hpkeBox() } : undefined;
