import { slots } from '../at-once.ts';

/**
 * Runs tasks of different keys at the same time, and tasks of one key in order. A caller waits while too many tasks are waiting. The first
 * failure is thrown to the caller that adds the next task, or waits for the end.
 */
export const turns = ({ atOnce, mostWaiting }: Readonly<{ atOnce: number; mostWaiting: number }>) => {
  const tails = new Map<string, Promise<void>>();
  const slot = slots(atOnce);
  let waiting = 0;
  let failure: Readonly<{ cause: unknown }> | undefined;
  const room: (() => void)[] = [];

  const run = async (before: Promise<void> | undefined, work: () => Promise<void>): Promise<void> => {
    await before;
    try {
      await slot(async () => {
        if (!failure) await work();
      });
    } catch (cause) {
      failure ??= { cause };
    }
    waiting -= 1;
    room.shift()?.();
  };
  const check = () => {
    if (failure) throw failure.cause;
  };

  return {
    take: async (key: string, work: () => Promise<void>): Promise<void> => {
      while (waiting >= mostWaiting) await new Promise<void>((resolve) => room.push(resolve));
      check();
      waiting += 1;
      const tail = run(tails.get(key), work);
      tails.set(key, tail);
      void tail.then(() => tails.get(key) === tail && tails.delete(key));
    },
    ended: async (): Promise<void> => {
      await Promise.all(tails.values());
      check();
    },
  };
};
