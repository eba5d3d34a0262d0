import * as z from 'zod';
import type { Delivery } from './project.ts';
import type { Delivered } from './publish.ts';

/** A record of a queue, under the id by which it can be given back. */
export type QueueRecord = Readonly<{ id: string; body: string }>;

/** Records by what they say: commits, from the bus or from the sweep; orders of the consumer's own; and the ids of what is of no known form. */
export type Sorted<O> = Readonly<{
  deliveries: readonly Delivery[];
  orders: readonly Readonly<{ id: string; order: O }>[];
  strangers: readonly string[];
}>;

/** What whoever takes a commit goes by, before it looks at anything else in it. */
const commit = z.looseObject({
  stream: z.string(),
  commit: z.int().positive(),
  meta: z.looseObject({ correlation: z.string() }),
});

/** What a record says, as an object; an empty one for what is none, so that one such record takes no other of its batch with it. */
const saidIn = (body: string): object => {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === 'object' && said !== null ? said : {};
  } catch {
    return {};
  }
};

/** Sorts what has come through a queue; what is no commit may be an order, as the consumer knows it. */
export const sorted = <O>(records: readonly QueueRecord[], orderIn: (said: object) => O | undefined): Sorted<O> => {
  const deliveries: Delivery[] = [];
  const orders: Readonly<{ id: string; order: O }>[] = [];
  const strangers: string[] = [];
  for (const { id, body } of records) {
    const said = saidIn(body);
    const { detail } = said as Readonly<{ detail?: unknown }>;
    if (commit.safeParse(detail).success) {
      deliveries.push({ id, delivered: detail as Delivered });
      continue;
    }
    const order = orderIn(said);
    if (order === undefined) strangers.push(id);
    else orders.push({ id, order });
  }
  return { deliveries, orders, strangers };
};
