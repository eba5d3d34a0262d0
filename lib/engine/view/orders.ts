import { runTasks } from '../delivery/batch.ts';
import { kindOf } from './kinds/index.ts';
import type { MendOrder } from './mend.ts';
import { logParked } from './project.ts';
import type { Refolding } from './projecting.ts';
import { type RefoldOrder, refold } from './refold.ts';
import { type ResumeOrder, resumeStream } from './resume.ts';

/** What comes to a projection's queue beside commits. */
export type Order = ResumeOrder | RefoldOrder | MendOrder;

const isOrder = (said: object): said is Order => 'resume' in said || 'refold' in said || 'mend' in said;

/** An order to a view in what its queue says. */
export const orderIn = (said: object): Order | undefined => (isOrder(said) ? said : undefined);

/** The one order that a consumer takes which folds nothing anew. */
export const resumeIn = (said: object): ResumeOrder['resume'] | undefined =>
  isOrder(said) && 'resume' in said ? said.resume : undefined;

const carryOut = async (refolding: Refolding, order: Order): Promise<void> => {
  const { log, projection } = refolding;
  if ('resume' in order) return resumeStream(refolding, order.resume.stream);
  if ('mend' in order) {
    await kindOf(projection).mend(refolding, order.mend.row);
    log.info('A shared row is the sum of its shares.', { projection: projection.name, row: order.mend.row });
    return;
  }
  const { stream, row } = order.refold;
  const head = await refold(refolding, stream, row);
  logParked(refolding, head);
  if (!head?.parked) log.info('A stream is folded anew.', { projection: projection.name, stream, commit: head?.commit });
};

const about = (order: Order) => ('resume' in order ? order.resume : 'refold' in order ? order.refold : order.mend);

/** Carries out the orders of a batch, one after the other, and answers the ids of those to retry. */
export const carryOutBatch = (
  refolding: Refolding,
  orders: readonly Readonly<{ id: string; order: Order }>[],
): Promise<readonly string[]> => {
  const { log, projection } = refolding;
  const tasks = orders.map(({ id, order }) => ({
    ids: [id],
    run: () => carryOut(refolding, order),
    onFailure: (cause: unknown) =>
      log.warn('An order was not carried out; it comes again.', {
        projection: projection.name,
        ...about(order),
        cause: String(cause),
      }),
  }));
  return runTasks(tasks, 1);
};
