import { streamKey } from '../../core/projection.ts';
import { untilWon } from '../again.ts';
import { readAll } from '../store/read-all.ts';
import { applyAll, contended, logParked, takenUp } from './project.ts';
import type { Projecting } from './projecting.ts';

/** An operator's request in a view's queue: resume this stream. */
export type ResumeOrder = Readonly<{ resume: Readonly<{ stream: string; correlation: string }> }>;

/**
 * Brings a stream to its head from wherever its cursor is. A parked stream is taken up again, and parks again if its commit still throws.
 * Answers the heads before and after.
 */
export const catchUp = (projecting: Projecting, stream: string) =>
  untilWon(contended(stream), async () => {
    const { store, view, projection } = projecting;
    const before = await takenUp(projecting, await view.head(streamKey(projection, stream)));
    if (before === 'again') return 'again';
    // A begun change that cannot be ended has parked the stream again.
    const after = before?.parked
      ? before
      : await applyAll(projecting, before, readAll(store, stream, { from: (before?.commit ?? 0) + 1 }));
    logParked(projecting, after);
    return after ? { before, after } : 'again';
  });

/** A request that comes twice, or for a stream that is not parked, only applies missing commits. */
export const resumeStream = async (projecting: Projecting, stream: string): Promise<void> => {
  const { view, log, projection } = projecting;
  // Nothing is parked without a cursor.
  if (!(await view.head(streamKey(projection, stream)))) return;
  const { after } = await catchUp(projecting, stream);
  if (!after.parked) log.info('A stream is resumed.', { projection: projection.name, stream, commit: after.commit });
};
