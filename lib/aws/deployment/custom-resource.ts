import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { Clock } from '../../engine/ports.ts';

type Answer = Readonly<{ resource: string; refused?: string; data?: Readonly<Record<string, string>> }>;

/** How often an answer is sent, how long one try may take and what it waits before the next one (ms). */
const [answerTries, answerWithin, answerAgainAfter] = [3, 5_000, 2_000];

/** Bytes, so that no content type is sent: the address is signed for none. */
const put = async (address: string, body: Uint8Array<ArrayBuffer>): Promise<void> => {
  const response = await fetch(address, { method: 'PUT', body, signal: AbortSignal.timeout(answerWithin) });
  if (!response.ok) throw new Error(`it answered ${response.status}.`);
};

/**
 * Answers a request of CloudFormation, which waits until it is told that it may go on, or why not. It asks once: an answer that gets lost leaves the
 * stack waiting until the resource's service timeout.
 */
export const answerCloudFormation = async (
  clock: Pick<Clock, 'wait'>,
  { StackId, RequestId, LogicalResourceId, ResponseURL }: CloudFormationCustomResourceEvent,
  { resource, refused, data }: Answer,
): Promise<void> => {
  const answer = {
    Status: refused === undefined ? 'SUCCESS' : 'FAILED',
    ...(refused !== undefined && { Reason: refused }),
    ...(data && { Data: data }),
    PhysicalResourceId: resource,
    StackId,
    RequestId,
    LogicalResourceId,
  };
  const body = new TextEncoder().encode(JSON.stringify(answer));
  for (let tries = 1; ; tries++)
    try {
      return await put(ResponseURL, body);
    } catch (error) {
      if (tries === answerTries)
        throw new Error(`CloudFormation did not take the answer: ${(error as Error).message}`, { cause: error });
      await clock.wait(answerAgainAfter);
    }
};

/** IAM tells its services of new rights within some seconds; a deployment comes here right after it has granted some. */
export const rightsComeWithin = 30_000;
const askAgainAfter = 3_000;

/** Does what may be done again until it is allowed to, or that takes too long. */
export const onceAllowed = async <T>(clock: Clock, attempt: () => Promise<T>): Promise<T> => {
  for (const until = clock.now() + rightsComeWithin; ; )
    try {
      return await attempt();
    } catch (error) {
      if ((error as Error).name !== 'AccessDeniedException' || clock.now() >= until) throw error;
      await clock.wait(askAgainAfter);
    }
};
