import { runTasks } from '../delivery/batch.ts';
import { kindOf } from './kinds/index.ts';
import type { MendOrder } from './mend.ts';
import { logParked } from './project.ts';
import type { Projecting } from './projecting.ts';
import { type RefoldOrder, refold } from './refold.ts';
import { type ResumeOrder, resumeStream } from './resume.ts';

/** The requests in a view's queue, beside commits. */
export type Order = ResumeOrder | RefoldOrder | MendOrder;

const isOrder = (said: object): said is Order => 'resume' in said || 'refold' in said || 'mend' in said;

/** An order to a view in what its queue says. */
export const orderIn = (said: object): Order | undefined => (isOrder(said) ? said : undefined);

/** The only request that a consumer accepts which does not refold. */
export const resumeIn = (said: object): ResumeOrder | undefined => (isOrder(said) && 'resume' in said ? said : undefined);

const carryOut = async (refolding: Projecting, order: Order): Promise<void> => {
  const { log, projection } = refolding;
  if ('resume' in order) return resumeStream(refolding, order.resume.stream);
  if ('mend' in order) {
    await kindOf(projection).mend(refolding, order.mend.row);
    log.info('A shared row was set to the sum of its shares.', { projection: projection.name, row: order.mend.row });
    return;
  }
  const { stream, row } = order.refold;
  const head = await refold(refolding, stream, row);
  logParked(refolding, head);
  if (!head?.parked) log.info('A stream was refolded.', { projection: projection.name, stream, commit: head?.commit });
};

const about = (order: Order) => ('resume' in order ? order.resume : 'refold' in order ? order.refold : order.mend);

type Orders<O extends Order> = readonly Readonly<{ id: string; order: O }>[];

/** Carries out the orders of a batch, one after the other, and answers the ids of those to retry. */
const inBatch = <O extends Order>({ log, projection }: Projecting, orders: Orders<O>, run: (order: O) => Promise<void>) => {
  const tasks = orders.map(({ id, order }) => ({
    ids: [id],
    run: () => run(order),
    onFailure: (cause: unknown) =>
      log.warn('A request was not carried out; it is retried.', {
        projection: projection.name,
        ...about(order),
        cause: String(cause),
      }),
  }));
  return runTasks(tasks, 1);
};

/** Carries out a batch of orders to a view. */
export const carryOutBatch = (refolding: Projecting, orders: Orders<Order>): Promise<readonly string[]> =>
  inBatch(refolding, orders, (order) => carryOut(refolding, order));

/** Carries out a batch of orders to a consumer that takes requests to resume alone. */
export const resumeBatch = (projecting: Projecting, orders: Orders<ResumeOrder>): Promise<readonly string[]> =>
  inBatch(projecting, orders, ({ resume }) => resumeStream(projecting, resume.stream));
