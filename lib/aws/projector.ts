import type { Logger } from '@aws-lambda-powertools/logger';
import { carryOutBatch, isOrder } from '../engine/orders.ts';
import { type Delivery, type Projecting, projectBatch } from '../engine/project.ts';
import type { Refolding } from '../engine/refold.ts';
import { resumeBatch } from '../engine/resume.ts';
import type { Work } from './batch-handler.ts';
import { correlationsOf } from './correlations.ts';
import { deliveredIn, messageIn } from './message-body.ts';

/** Applies the records of one queue, and answers the ids of those that are to come again. What folds nothing anew takes orders to resume alone. */
export const projector =
  (projecting: Projecting, log: Pick<Logger, 'info' | 'error'>, done: string, refolding?: Refolding): Work =>
  async (records) => {
    const messages = records.map(({ messageId, body }) => ({ id: messageId, message: messageIn(body) }));
    const batch = messages.flatMap(({ id, message }): readonly Delivery[] => {
      const delivered = deliveredIn(message);
      return delivered ? [{ id, delivered }] : [];
    });
    const orders = messages.flatMap(({ id, message }) => (isOrder(message) ? [{ id, order: message }] : []));
    const resumes = orders.flatMap(({ id, order }) => ('resume' in order ? [{ id, order: order.resume }] : []));
    const known = new Set([...batch, ...(refolding ? orders : resumes)].map(({ id }) => id));
    const strangers = messages.map(({ id }) => id).filter((id) => !known.has(id));
    // It may be of a newer release, which is everywhere soon: it comes again as others do, and ends as a dead letter, where somebody looks at it.
    if (strangers.length > 0) log.error('A message is of no known form.', { messages: strangers });
    const failed = await projectBatch(projecting, batch);
    log.info(done, {
      commits: batch.length - failed.length,
      failed: failed.length,
      correlations: correlationsOf(batch.map(({ delivered }) => delivered)),
    });
    const carriedOut = refolding ? carryOutBatch(refolding, orders) : resumeBatch(projecting, resumes);
    return [...failed, ...(await carriedOut), ...strangers];
  };
