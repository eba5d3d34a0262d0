import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Work } from '../../engine/rebuild/ports.ts';

/** A worker ends its slice by itself after two minutes. */
const requestTimeout = 200_000;

/** A client for the workers of rebuilds. It does not retry: the caller does, and repeated work is harmless. */
export const workers = () => new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout } });

/** Has the function of a revision do one slice of work. */
export const invokeWorker = async (
  client: LambdaClient,
  FunctionName: string,
  order: Work,
): Promise<Readonly<{ done: boolean }>> => {
  const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(order) }));
  const answer = Payload ? Buffer.from(Payload).toString() : '';
  if (FunctionError) throw new Error(`${FunctionName}: ${FunctionError}: ${answer.slice(0, 500)}`);
  return JSON.parse(answer) as Readonly<{ done: boolean }>;
};
