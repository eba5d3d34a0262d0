import { LambdaClient } from '@aws-sdk/client-lambda';
import type { PurgeAnswer, PurgeRequest } from '../../engine/operate/purge.ts';
import { invoked } from '../invoke.ts';

/** Longer than the function runs at most. */
const requestTimeout = 16 * 60_000;

/** Has the deployment's function purge a stream. */
export const invokePurge = (FunctionName: string, request: PurgeRequest): Promise<PurgeAnswer> =>
  invoked(new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout } }), FunctionName, request);
