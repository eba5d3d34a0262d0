import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSRecord } from 'aws-lambda';
import { type Sorted, sorted } from '../../engine/delivery/received.ts';
import type { Proofs } from '../../engine/ports.ts';

/** What a consumer looks at its messages with. */
export type Receipt = Readonly<{ log: Pick<Logger, 'info' | 'error'>; proofs: Pick<Proofs, 'holds'> }>;

/** What has come, by what it says. What is of no known form, or has no valid proof, is to come again as others do: it may be of a newer release, which is
 * everywhere soon, or under a key that is known a moment later; otherwise it ends as a dead letter, where somebody looks at it. */
export const arrivals = async <O>(
  { log, proofs }: Receipt,
  records: readonly SQSRecord[],
  orderIn: (said: object) => O | undefined,
): Promise<Sorted<O>> => {
  const said = records.map(({ messageId, body }) => ({ id: messageId, body }));
  const found = await sorted(proofs, said, orderIn);
  if (found.strangers.length > 0) log.error('A message is of no known form.', { messages: found.strangers });
  if (found.unproved.length > 0)
    log.error('A message does not prove that a function of this deployment sent it; nothing is done about it.', {
      messages: found.unproved,
    });
  return found;
};
