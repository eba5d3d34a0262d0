import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { environment } from '../environment.ts';
import { kmsKeyPairs } from './kms.ts';

/** The keys of subjects as a function is given them. */
export const keysOf = (client: DynamoDBClient) => ({
  client,
  table: environment('KEYS_TABLE'),
  deployment: environment('STACK'),
  keyPairs: kmsKeyPairs(environment('SUBJECTS_KEY')),
});

/** How long a warm function keeps keys, in seconds. */
export const keySeconds = (): number => Number(environment('KEY_SECONDS'));
