import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Work } from '../../engine/rebuild/ports.ts';
import { invoked } from '../invoke.ts';

/** A worker ends its slice by itself after two minutes. */
const requestTimeout = 200_000;

/** A client for the workers of rebuilds. It does not retry: the caller does, and repeated work is harmless. */
export const workers = () => new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout } });

/** Has the function of a revision do one slice of work. */
export const invokeWorker = (client: LambdaClient, name: string, order: Work): Promise<Readonly<{ done: boolean }>> =>
  invoked(client, name, order);
