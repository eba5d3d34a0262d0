import type { Depth, Queue } from '../../engine/ports.ts';

export type MemoryQueue = Queue & {
  /** The messages that were sent, as they travel; a test may take some out. */
  readonly sent: object[];
  /** The queue's own figures. */
  depths: Depth;
  /** Makes the next calls fail some of their messages: the positions for each call, in turn. */
  readonly failing: number[][];
};

/** A queue that keeps what it was sent. */
export const memoryQueue = (): MemoryQueue => {
  const sent: object[] = [];
  const failing: number[][] = [];
  const queue: MemoryQueue = {
    sent,
    failing,
    depths: { waiting: 0, inFlight: 0, deadLetters: 0 },
    depth: async () => ({ ...queue.depths }),
    send: async (messages) => {
      const failed = failing.shift() ?? [];
      messages.forEach((message, index) => {
        if (!failed.includes(index)) sent.push(JSON.parse(JSON.stringify(message)));
      });
      return failed.filter((index) => index < messages.length).map((index) => ({ index, reason: 'InternalError: as asked' }));
    },
  };
  return queue;
};
