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
