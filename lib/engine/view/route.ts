import { correlationsOf, type Delivery } from '../delivery/delivered.ts';
import { type QueueRecord, receive } from '../delivery/received.ts';
import type { Proofs } from '../ports.ts';
import { carryOutBatch, orderIn, resumeBatch, resumeIn } from './orders.ts';
import { projectBatch } from './project.ts';
import type { Projecting } from './projecting.ts';

/** The steps that a batch is routed to. A test gives others, to see that a simulation notices. */
export const viewSteps = { projectBatch, carryOutBatch, resumeBatch };
export type ViewSteps = Readonly<typeof viewSteps>;

/**
 * The consumer of a view's queue: a view, which accepts every request, or a consumer that cannot be refolded and accepts only requests to
 * resume.
 */
export type ViewConsumer = Readonly<{ proofs: Pick<Proofs, 'holds'>; done: string }> &
  (Readonly<{ refolding: Projecting }> | Readonly<{ projecting: Projecting }>);

/** Routes a batch of a view's queue: commits first, then orders. Answers the ids of the records to retry. */
export const routeToView = (
  consumer: ViewConsumer,
  records: readonly QueueRecord[],
  steps: ViewSteps = viewSteps,
): Promise<readonly string[]> => {
  const projecting = 'refolding' in consumer ? consumer.refolding : consumer.projecting;
  const receipt = { log: projecting.log, proofs: consumer.proofs };
  const apply = async (deliveries: readonly Delivery[]): Promise<readonly string[]> => {
    const failed = await steps.projectBatch(projecting, deliveries);
    projecting.log.info(consumer.done, {
      commits: deliveries.length - failed.length,
      failed: failed.length,
      correlations: correlationsOf(deliveries.map(({ delivered }) => delivered)),
    });
    return failed;
  };
  if ('refolding' in consumer)
    return receive(receipt, records, orderIn, async ({ deliveries, orders }) => [
      ...(await apply(deliveries)),
      ...(await steps.carryOutBatch(consumer.refolding, orders)),
    ]);
  return receive(receipt, records, resumeIn, async ({ deliveries, orders }) => [
    ...(await apply(deliveries)),
    ...(await steps.resumeBatch(projecting, orders)),
  ]);
};
