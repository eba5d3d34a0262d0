import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { carryOutBatch, type Order } from '../engine/orders.ts';
import { type Delivery, type Projecting, projectBatch } from '../engine/project.ts';
import type { Delivered } from '../engine/publish.ts';
import type { Refolding } from '../engine/refold.ts';
import { resumeBatch } from '../engine/resume.ts';
import { correlationsOf } from './correlations.ts';

/** What comes through the queue: a commit, from the bus or from the sweep, or an operator's order. */
type Message = Readonly<{ detail?: Delivered }> | Order;

const isOrder = (message: Message): message is Order => 'resume' in message || 'refold' in message || 'mend' in message;

/** Applies the batches of one queue, and gives back only the records that failed. What folds nothing anew takes orders to resume alone. */
export const projector =
  (projecting: Projecting, log: Pick<Logger, 'info'>, done: string, refolding?: Refolding) =>
  async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const messages = event.Records.map(({ messageId, body }) => ({ id: messageId, message: JSON.parse(body) as Message }));
    const batch = messages.flatMap(({ id, message }): readonly Delivery[] =>
      'detail' in message && message.detail ? [{ id, delivered: message.detail }] : [],
    );
    const orders = messages.flatMap(({ id, message }) => (isOrder(message) ? [{ id, order: message }] : []));
    const failed = await projectBatch(projecting, batch);
    log.info(done, {
      commits: batch.length - failed.length,
      failed: failed.length,
      correlations: correlationsOf(batch.map(({ delivered }) => delivered)),
    });
    const carriedOut = refolding
      ? carryOutBatch(refolding, orders)
      : resumeBatch(
          projecting,
          orders.flatMap(({ id, order }) => ('resume' in order ? [{ id, order: order.resume }] : [])),
        );
    const open = [...failed, ...(await carriedOut)];
    return { batchItemFailures: open.map((itemIdentifier) => ({ itemIdentifier })) };
  };
