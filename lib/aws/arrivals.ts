import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSRecord } from 'aws-lambda';
import { type Sorted, sorted } from '../engine/messages.ts';

/** What has come, by what it says. What is of no known form is to come again as others do: it may be of a newer release, which is everywhere soon, and
 * otherwise ends as a dead letter, where somebody looks at it. */
export const arrivals = <O>(
  records: readonly SQSRecord[],
  orderIn: (said: object) => O | undefined,
  log: Pick<Logger, 'error'>,
): Sorted<O> => {
  const found = sorted(
    records.map(({ messageId, body }) => ({ id: messageId, body })),
    orderIn,
  );
  if (found.strangers.length > 0) log.error('A message is of no known form.', { messages: found.strangers });
  return found;
};
