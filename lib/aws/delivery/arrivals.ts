import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSRecord } from 'aws-lambda';
import { type Sorted, sorted } from '../../engine/delivery/received.ts';
import type { Proofs } from '../../engine/ports.ts';

/** The ports for receiving messages. */
export type Receipt = Readonly<{ log: Pick<Logger, 'info' | 'error'>; proofs: Pick<Proofs, 'holds'> }>;

/**
 * Sorts messages by kind. A message of unknown form or without a valid proof is retried like a failed one: it may be of a newer release or under a
 * new key, which this function knows a moment later. Otherwise it ends as a dead letter, for an operator.
 */
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
