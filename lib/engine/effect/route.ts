import * as z from 'zod';
import type { AdapterOutcome } from '../../core/effect/adapter.ts';
import { correlationsOf } from '../delivery/delivered.ts';
import { type QueueRecord, receive } from '../delivery/received.ts';
import type { Proofs } from '../ports.ts';
import type { Performing } from './attend.ts';
import { performBatch } from './batch.ts';
import type { EffectArrived, EffectMessage } from './ports.ts';

const text = z.string().min(1);
const order = z.object({ performance: text, reason: text, by: text, correlation: text, traceparent: text.optional() });
const outcome: z.ZodType<AdapterOutcome> = z.union([
  z.strictObject({ done: z.unknown() }),
  z.strictObject({ refused: text, detail: z.unknown().optional() }),
]);

const effectMessage: z.ZodType<EffectMessage> = z.union([
  z.object({ attend: z.object({ performance: text }) }),
  z.object({ retry: order }),
  z.object({ answer: order.extend({ outcome }) }),
]);

const messageIn = (said: object): EffectMessage | undefined => effectMessage.safeParse(said).data;

/** The step that a batch is routed to. A test gives another, to see that a simulation notices. */
export const effectSteps = { performBatch };
export type EffectSteps = Readonly<typeof effectSteps>;

const correlationOf = (arrived: EffectArrived): readonly string[] => {
  if ('delivered' in arrived) return correlationsOf([arrived.delivered]);
  return Object.values(arrived.message).flatMap((said: object) => ('correlation' in said ? [String(said.correlation)] : []));
};

/** Routes a batch of an effect's queue: commits, and the messages of the effect's own. Answers the ids of the records to retry. */
export const routeToEffect = (
  { performing, proofs }: Readonly<{ performing: Performing; proofs: Pick<Proofs, 'holds'> }>,
  records: readonly QueueRecord[],
  steps: EffectSteps = effectSteps,
): Promise<readonly string[]> => {
  const { log } = performing.own;
  return receive({ log, proofs }, records, messageIn, async ({ deliveries, orders }) => {
    const batch: readonly EffectArrived[] = [...deliveries, ...orders.map(({ id, order }) => ({ id, message: order }))];
    const failed = await steps.performBatch(performing, batch);
    log.info('Performed.', {
      messages: batch.length - failed.length,
      failed: failed.length,
      correlations: [...new Set(batch.flatMap(correlationOf))],
    });
    return failed;
  });
};
