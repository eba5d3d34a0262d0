import type { Log, Queue } from '../ports.ts';

/** A consumer's queue, which knows its dead letters. */
export type Lettered = Readonly<{ name: string; queue: Pick<Queue, 'depth'> }>;

/** The requests of a look at one queue. */
export const letterRequests = 2;

/** The minutes between two looks. */
export const lettersMinutes = 5;

/** True in one of so many minutes. A run that is left out is made up by the next time. */
const isDue = (now: number): boolean => Math.floor(now / 60_000) % lettersMinutes === 0;

/** Logs how many dead letters each consumer has, if any has one: again and again, until they are gone. */
export const sayDeadLetters = async (consumers: readonly Lettered[], log: Log, now: number): Promise<void> => {
  if (!isDue(now)) return;
  const depths = await Promise.all(consumers.map(async ({ name, queue }) => [name, (await queue.depth()).deadLetters] as const));
  const letters = Object.fromEntries(depths.filter(([, deadLetters]) => deadLetters > 0));
  if (Object.keys(letters).length > 0) log.error('Dead letters are waiting.', { letters });
};
