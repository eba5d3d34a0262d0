import type { Delivery } from '../../engine/delivery/delivered.ts';
import { carryOutBatch, orderIn, resumeIn } from '../../engine/view/orders.ts';
import { type Projecting, projectBatch } from '../../engine/view/project.ts';
import type { Refolding } from '../../engine/view/refold.ts';
import { resumeBatch } from '../../engine/view/resume.ts';
import { arrivals, type Receipt } from '../delivery/arrivals.ts';
import { correlationsOf } from '../delivery/correlations.ts';
import type { Work } from './batch-function.ts';

/** Applies the records of one queue, and returns the ids of those to retry. A consumer that cannot be refolded accepts only requests to resume. */
export const projector =
  (projecting: Projecting, receipt: Receipt, done: string, refolding?: Refolding): Work =>
  async (records) => {
    const apply = async (deliveries: readonly Delivery[]): Promise<readonly string[]> => {
      const failed = await projectBatch(projecting, deliveries);
      receipt.log.info(done, {
        commits: deliveries.length - failed.length,
        failed: failed.length,
        correlations: correlationsOf(deliveries.map(({ delivered }) => delivered)),
      });
      return failed;
    };
    if (refolding) {
      const { deliveries, orders, strangers, unproved } = await arrivals(receipt, records, orderIn);
      return [...(await apply(deliveries)), ...(await carryOutBatch(refolding, orders)), ...strangers, ...unproved];
    }
    const { deliveries, orders, strangers, unproved } = await arrivals(receipt, records, resumeIn);
    return [...(await apply(deliveries)), ...(await resumeBatch(projecting, orders)), ...strangers, ...unproved];
  };
