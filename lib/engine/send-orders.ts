import type { Queue } from './ports.ts';

/** Puts orders into a consumer's own queue, and throws if the queue did not take one. */
export const sendOrders = async (queue: Pick<Queue, 'send'>, consumer: string, orders: readonly object[]): Promise<void> => {
  const [failed] = orders.length === 0 ? [] : await queue.send(orders);
  if (failed) throw new Error(`The queue of ${consumer} did not accept a request: ${failed.reason}. Send it again.`);
};
