import type { Queue } from '../../ports.ts';

/**
 * A group's queue as what sends to one view of it has it: each message names the revision that it is meant for, beside what its proof covers in a commit. The
 * others of the group do not look at it.
 */
export const meantFor = (queue: Queue, revision: string): Queue => ({
  ...queue,
  send: (messages) => queue.send(messages.map((message) => ({ ...message, for: revision }))),
});
