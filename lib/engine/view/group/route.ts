import { revisionKey } from '../../../core/deployed-names.ts';
import { sourceOf } from '../../../core/projection.ts';
import { boundedCache } from '../../bounded-cache.ts';
import { correlationsOf, type Delivery } from '../../delivery/delivered.ts';
import { type Ordered, type QueueRecord, receive } from '../../delivery/received.ts';
import type { Log, Proofs } from '../../ports.ts';
import { type Order, orderIn } from '../orders.ts';
import type { Projecting } from '../projecting.ts';
import { type ViewSteps, viewSteps } from '../route.ts';

/** The records that an instance remembers: those that some views of its group have done, and others have not. */
const remembered = 10_000;

/** Remembers which views of a group have done a record that comes again for others of them. */
export const doneBefore = () => {
  const done = boundedCache<ReadonlySet<string>>(remembered);
  return {
    by: (record: string): ReadonlySet<string> => done.get(record) ?? new Set(),
    add: (record: string, views: readonly string[]) => done.set(record, new Set([...(done.get(record) ?? []), ...views]), 1),
    forget: (record: string) => done.drop(record),
  };
};

/** The views that share a queue, each with its own tables and heads. */
export type ViewGroup = Readonly<{
  name: string;
  views: readonly Projecting[];
  proofs: Pick<Proofs, 'holds'>;
  log: Log;
  done: ReturnType<typeof doneBefore>;
  /** Waits until so many others have made what they can before they wait themselves. Without it all begin at once. */
  afterOthers?: (others: number) => Promise<void>;
}>;

/** True if a view takes a commit: its rule would have sent it to a queue of the view's own. */
const takes = ({ projection }: Projecting, { delivered, ...to }: Delivery): boolean =>
  to.for === undefined
    ? sourceOf(projection, delivered.stream) !== undefined && delivered.types.some((type) => projection.on[type] !== undefined)
    : to.for === revisionKey(projection);

type Known = Readonly<{ deliveries: readonly Delivery[]; orders: readonly Ordered<Order>[] }>;

const busy = ({ deliveries, orders }: Known): boolean => deliveries.length > 0 || orders.length > 0;

/** Hands one view what it takes, as if it came from a queue of its own: commits first, then orders. Answers the ids of the records to retry. */
const handedTo = async (view: Projecting, { deliveries, orders }: Known, steps: ViewSteps): Promise<readonly string[]> => [
  ...(deliveries.length > 0 ? await steps.projectBatch(view, deliveries) : []),
  ...(orders.length > 0 ? await steps.carryOutBatch(view, orders) : []),
];

/**
 * Routes a batch of a group's queue to each of its views. A record that one of them could not do comes again, and those that have done it drop it: without a read
 * in the instance that did it, by the cursor in another. A message for a view that is not in the group comes again as well: it may be of a newer release.
 * The views begin in the order of the manifest, each when the one before has sent its first requests: what a caller waits for does not wait for what all of them compute.
 */
export const routeToGroup = (
  { name, views, proofs, log, done, afterOthers }: ViewGroup,
  records: readonly QueueRecord[],
  steps: ViewSteps = viewSteps,
): Promise<readonly string[]> =>
  receive({ log, proofs }, records, orderIn, async ({ deliveries, orders }) => {
    const there = new Set(views.map(({ projection }) => revisionKey(projection)));
    const strays = [...deliveries.filter((each) => each.for !== undefined), ...orders].filter(
      (each) => each.for === undefined || !there.has(each.for),
    );
    if (strays.length > 0)
      log.error('A message is for no view of this group.', { group: name, messages: strays.map(({ id }) => id) });
    const handed = views.map((view) => {
      const own = revisionKey(view.projection);
      const taken = deliveries.filter((each) => takes(view, each) && !done.by(each.id).has(own));
      return { view, own, taken, known: { deliveries: taken, orders: orders.filter((order) => order.for === own) } };
    });
    const working = handed.filter(({ known }) => busy(known));
    const outcomes = await Promise.all(
      working.map(async ({ view, own, taken, known }, before) => {
        if (before > 0) await afterOthers?.(before);
        return { own, taken, failed: new Set(await handedTo(view, known, steps)) };
      }),
    );
    const failed = new Set(outcomes.flatMap((each) => [...each.failed]));
    for (const { id } of deliveries) {
      if (!failed.has(id)) done.forget(id);
      else
        done.add(
          id,
          outcomes.flatMap((each) => (each.taken.some((one) => one.id === id) && !each.failed.has(id) ? [each.own] : [])),
        );
    }
    log.info('Projected.', {
      group: name,
      commits: deliveries.filter(({ id }) => !failed.has(id)).length,
      failed: failed.size,
      correlations: correlationsOf(deliveries.map(({ delivered }) => delivered)),
    });
    return [...failed, ...strays.map(({ id }) => id)];
  });
