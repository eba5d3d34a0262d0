import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { Clock } from '../engine/ports.ts';

type Answer = Readonly<{ resource: string; refused?: string; data?: Readonly<Record<string, string>> }>;

/** Answers a request of CloudFormation, which waits until it is told that it may go on, or why not. */
export const answerCloudFormation = async (
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
  // Bytes, so that no content type is sent: the address is signed for none.
  const response = await fetch(ResponseURL, { method: 'PUT', body: new TextEncoder().encode(JSON.stringify(answer)) });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}.`);
};

/** IAM tells its services of new rights within some seconds; a deployment comes here right after it has granted some. */
const [rightsComeWithin, askAgainAfter] = [30_000, 3_000];

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
