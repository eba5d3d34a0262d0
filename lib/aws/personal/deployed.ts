import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { cachedLookUp, cachedOpening, cachedSealing } from '../../engine/personal/cached.ts';
import type { Finding } from '../../engine/personal/find.ts';
import type { Opening, Sealing } from '../../engine/personal/ports.ts';
import { systemClock } from '../system.ts';
import { hpkeBox } from './box.ts';
import { keySeconds, keysOf } from './given.ts';
import { lookUpKey, openingKeys, sealingKeys } from './subject-keys.ts';

const aging = () => ({ clock: systemClock, milliseconds: keySeconds() * 1_000 });

// `without-keys.ts` takes the place of this module in the bundles of a manifest without personal values.

/** True in a function that the deployment gives keys of subjects. */
const isGivenKeys = (): boolean => process.env.KEYS_TABLE !== undefined;

/** What personal values are sealed with, in a function that may. */
export const deployedSealing = (client: DynamoDBClient): Sealing | undefined =>
  isGivenKeys() ? { keys: cachedSealing(sealingKeys(keysOf(client)), aging()), box: hpkeBox() } : undefined;

/** What personal values are opened with, in a function that may. */
export const deployedOpening = (client: DynamoDBClient): Opening | undefined =>
  isGivenKeys() ? { keys: cachedOpening(openingKeys(keysOf(client)), aging()), box: hpkeBox() } : undefined;

/** What values of all subjects are looked up with, in a function that may. */
export const deployedFinding = (client: DynamoDBClient): Finding | undefined =>
  isGivenKeys() ? { keys: cachedLookUp(lookUpKey(keysOf(client))), box: hpkeBox() } : undefined;
