import type { Commit } from '../commit.ts';
import { kernelEvents } from './events.ts';

type Which = Readonly<{ instance: string; name: string; setBy: number }>;

/** The deadlines that a commit closed: cancelled, moved, or fired. */
export const closedBy = (commit: Pick<Commit, 'stream' | 'events'>): readonly Which[] =>
  kernelEvents(commit)
    .flatMap((event) => {
      if (event.type === 'Ended') return event.data.cancelled;
      if (event.type === 'InstanceParked') return 'due' in event.data.cause ? [event.data.cause.due] : [];
      if (event.type !== 'Reacted') return [];
      const { occasion, cancelled } = event.data;
      return 'deadline' in occasion ? [occasion.deadline, ...cancelled] : cancelled;
    })
    .map(({ name, setBy }) => ({ instance: commit.stream, name, setBy }));

/** True if the instance's open deadlines must be listed after a commit: it set one, or continued after it was stuck or parked. */
export const listsDeadlines = (commit: Pick<Commit, 'events'>): boolean =>
  kernelEvents(commit).some(
    (event) =>
      (event.type === 'Reacted' && event.data.set.length > 0) ||
      event.type === 'InstanceResumed' ||
      event.type === 'CommandRetried',
  );

/**
 * True if a commit of an instance leaves nothing to do, as it says itself: neither commands nor causes nor a deadline, now or later. A commit that this release
 * cannot read is taken for one that does, and so is one of an aggregate: whoever publishes does not know what a category is.
 */
export const rests = (commit: Pick<Commit, 'stream' | 'events'>): boolean => {
  if (commit.events.at(-1)?.type !== 'StepEnded') return false;
  try {
    const isOpen = kernelEvents(commit).some(
      ({ type, data }) => type === 'StepEnded' && (data.sends > 0 || data.deferred > 0 || data.due !== undefined),
    );
    return !isOpen && !listsDeadlines(commit) && closedBy(commit).length === 0;
  } catch {
    return false;
  }
};
