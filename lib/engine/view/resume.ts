import { streamKey } from '../../core/projection.ts';
import { runTasks } from '../delivery/batch.ts';
import { races, readParts, TryAgain } from '../store/read-all.ts';
import { applyAll, takenUp } from './project.ts';
import type { Projecting } from './projecting.ts';

/** What an operator sends to a projection's queue: take this stream up again. */
export type ResumeOrder = Readonly<{ resume: Readonly<{ stream: string; correlation: string }> }>;

/**
 * Takes a parked stream up again, from the commit that parked it to the stream's head, in order. If that commit throws again it
 * parks again. An order that comes twice, or for a stream that is not parked, only fills what is missing.
 */
export const resumeStream = async (projecting: Projecting, stream: string): Promise<void> => {
  const { store, view, log, projection } = projecting;
  const key = streamKey(projection, stream);
  for (let race = 0; race < races; race++) {
    const there = await view.head(key);
    // Nothing is parked without a cursor.
    if (!there) return;
    const start = await takenUp(projecting, there);
    if (start === 'again' || !start) continue;
    const pages = readParts(store, stream, { from: start.commit + 1 }, 0);
    const head = start.parked ? start : await applyAll(projecting, start, pages);
    if (head?.parked) log.error('A stream is parked.', { projection: projection.name, stream, ...head.parked });
    else if (head) log.info('A stream is resumed.', { projection: projection.name, stream, commit: head.commit });
    if (head) return;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

/** Carries out the requests to resume of a batch, and answers the ids of those to retry. */
export const resumeBatch = (
  projecting: Projecting,
  orders: readonly Readonly<{ id: string; order: ResumeOrder['resume'] }>[],
): Promise<readonly string[]> =>
  runTasks(
    orders.map(({ id, order: { stream, correlation } }) => ({
      ids: [id],
      run: () => resumeStream(projecting, stream),
      onFailure: (cause) =>
        projecting.log.warn('Not resumed yet; the order comes again.', {
          projection: projecting.projection.name,
          stream,
          correlation,
          cause: String(cause),
        }),
    })),
  );
