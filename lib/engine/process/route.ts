import { correlationsOf } from '../delivery/delivered.ts';
import { type QueueRecord, receive } from '../delivery/received.ts';
import type { Proofs } from '../ports.ts';
import { reactBatch } from './batch.ts';
import { messageIn } from './messages.ts';
import type { Arrived } from './ports.ts';
import type { Reacting } from './react.ts';

/** The step that a batch is routed to. A test gives another, to see that a simulation notices. */
export const processSteps = { reactBatch };
export type ProcessSteps = Readonly<typeof processSteps>;

const correlationOf = (arrived: Arrived): readonly string[] => {
  if ('delivered' in arrived) return correlationsOf([arrived.delivered]);
  return Object.values(arrived.message).flatMap((said: object) => ('correlation' in said ? [String(said.correlation)] : []));
};

/** Routes a batch of a process's queue: commits, and the messages of the process's own. Answers the ids of the records to retry. */
export const routeToProcess = (
  { reacting, proofs }: Readonly<{ reacting: Reacting; proofs: Pick<Proofs, 'holds'> }>,
  records: readonly QueueRecord[],
  steps: ProcessSteps = processSteps,
): Promise<readonly string[]> => {
  const { log } = reacting.own;
  return receive({ log, proofs }, records, messageIn, async ({ deliveries, orders }) => {
    const batch: readonly Arrived[] = [...deliveries, ...orders.map(({ id, order }) => ({ id, message: order }))];
    const failed = await steps.reactBatch(reacting, batch);
    log.info('Reacted.', {
      messages: batch.length - failed.length,
      failed: failed.length,
      correlations: [...new Set(batch.flatMap(correlationOf))],
    });
    return failed;
  });
};
