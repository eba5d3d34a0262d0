import type { QueueRecord } from '../delivery/received.ts';
import type { Queue } from '../ports.ts';
import { look, type Scheduling } from './look.ts';

/** The message that makes a schedule look for what is due. It says nothing that counts, so it needs no proof. */
export const lookMessage = (name: string): object => ({ look: name });

/**
 * Takes the triggers of a batch, from the scheduler, the sweep, an operator or an earlier function: whatever came, and however often, is one look.
 * Where a function's time does not suffice, the next one is triggered. Answers the ids of the records to retry.
 */
export const routeToSchedule = async (
  scheduling: Scheduling,
  queue: Pick<Queue, 'send'>,
  records: readonly QueueRecord[],
): Promise<readonly string[]> => {
  const { name, log } = scheduling;
  const all = records.map(({ id }) => id);
  try {
    const looked = await look(scheduling);
    log.info('Looked for what is due.', { schedule: name, looked });
    if (looked !== 'more to do') return [];
    return (await queue.send([lookMessage(name)])).length > 0 ? all : [];
  } catch (cause) {
    log.error('A schedule could not run; it is tried again.', { schedule: name, cause: String(cause) });
    return all;
  }
};
