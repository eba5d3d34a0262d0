import * as z from 'zod';
import { jsonIn } from '../json.ts';
import type { Log, Proofs } from '../ports.ts';
import type { Delivered, Delivery } from './delivered.ts';
import { isProved } from './proof.ts';

/** A record of a queue, under the id by which it can be given back. */
export type QueueRecord = Readonly<{ id: string; body: string }>;

/** A request of a batch; `for`: the view of a group that it is meant for. */
export type Ordered<O> = Readonly<{ id: string; order: O; for?: string }>;

/**
 * Records by kind: commits, from the bus or from the sweep; requests for the consumer; the ids of unknown forms; and the ids of those
 * without a valid proof.
 */
export type Sorted<O> = Readonly<{
  deliveries: readonly Delivery[];
  orders: readonly Ordered<O>[];
  strangers: readonly string[];
  unproved: readonly string[];
}>;

/** The fields by which a consumer recognizes a commit, before it reads anything else of it. */
const commit = z.looseObject({
  stream: z.string(),
  commit: z.int().positive(),
  meta: z.looseObject({ correlation: z.string() }),
});

/** A record's body as an object; an empty one if it is none, so that one such record does not fail its batch. */
const saidIn = (body: string): object => {
  const said = jsonIn(body);
  return typeof said === 'object' && said !== null ? said : {};
};

type Message<O> = Readonly<{ delivered: Delivered } | { order: O }>;

/** The view that a message of a group's queue is meant for. */
const meantFor = (said: object): Readonly<{ for?: string }> =>
  'for' in said && typeof said.for === 'string' ? { for: said.for } : {};

/**
 * A commit, or a request as the consumer knows it. A message with a `detail` is never a request, since the proof of one would count for the
 * other.
 */
const messageIn = <O>(said: object, orderIn: (said: object) => O | undefined): Message<O> | undefined => {
  if ('detail' in said) return commit.safeParse(said.detail).success ? { delivered: said.detail as Delivered } : undefined;
  const order = orderIn(said);
  return order && { order };
};

/** What a body holds, whoever sent it: a commit, or a message of the consumer's own. */
export const messageOf = (body: string): Readonly<{ message: Message<object> | undefined; for?: string }> => {
  const said = saidIn(body);
  return { message: messageIn(said, (own) => own), ...meantFor(said) };
};

/**
 * Sorts the messages of a queue. A message without a valid proof has no effect: the right to put events on the bus, or into a queue, must
 * not be enough to forge a commit.
 */
export const sorted = async <O>(
  proofs: Pick<Proofs, 'holds'>,
  records: readonly QueueRecord[],
  orderIn: (said: object) => O | undefined,
): Promise<Sorted<O>> => {
  const deliveries: Delivery[] = [];
  const orders: Ordered<O>[] = [];
  const strangers: string[] = [];
  const unproved: string[] = [];
  const reading = records.map(async ({ id, body }) => {
    const said = saidIn(body);
    const message = messageIn(said, orderIn);
    return {
      id,
      message,
      to: meantFor(said),
      proved: message && (await isProved(proofs, 'detail' in said ? (said.detail as object) : said)),
    };
  });
  for (const { id, message, to, proved } of await Promise.all(reading))
    if (!message) strangers.push(id);
    else if (!proved) unproved.push(id);
    else if ('delivered' in message) deliveries.push({ id, delivered: message.delivered, ...to });
    else orders.push({ id, order: message.order, ...to });
  return { deliveries, orders, strangers, unproved };
};

/** The ports for receiving messages. */
export type Receipt = Readonly<{ log: Pick<Log, 'error'>; proofs: Pick<Proofs, 'holds'> }>;

/**
 * Sorts a batch, and passes on the known and proved messages; answers the ids of the records to retry. A message of unknown form or without
 * a valid proof is retried like a failed one: it may be of a newer release or under a new key, which this function knows a moment later.
 * Otherwise it ends as a dead letter, for an operator.
 */
export const receive = async <O>(
  { log, proofs }: Receipt,
  records: readonly QueueRecord[],
  orderIn: (said: object) => O | undefined,
  handle: (known: Pick<Sorted<O>, 'deliveries' | 'orders'>) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  const { strangers, unproved, ...known } = await sorted(proofs, records, orderIn);
  if (strangers.length > 0) log.error('A message has an unknown form.', { messages: strangers });
  if (unproved.length > 0)
    log.error('A message has no valid proof that a function of this deployment sent it; it is not processed.', {
      messages: unproved,
    });
  return [...(await handle(known)), ...strangers, ...unproved];
};
