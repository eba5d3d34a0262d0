import type { Commit } from '../../core/commit.ts';
import { kernelEvents } from '../../core/process/events.ts';
import type { Instance } from '../../core/process/instance.ts';
import type { Keys } from '../ports.ts';
import type { Deadline, Deadlines, Scheduler } from './ports.ts';

/** The ports that keep deadlines. */
export type Keeping = Readonly<{ keys: Pick<Keys, 'hash'>; deadlines: Deadlines; scheduler: Scheduler }>;

type Which = Omit<Deadline, 'at'>;

/** A scheduler's names have 64 characters at most: a hash of what makes a deadline that one, and no other. */
const keyOf = (keys: Pick<Keys, 'hash'>, { instance, name, setBy }: Which): string =>
  keys.hash(JSON.stringify([instance, name, setBy]));

/** The deadlines that a commit closed: cancelled, moved, or fired. */
export const closedBy = (commit: Commit): readonly Which[] =>
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
export const listsDeadlines = (commit: Commit): boolean =>
  kernelEvents(commit).some(
    (event) =>
      (event.type === 'Reacted' && event.data.set.length > 0) ||
      event.type === 'InstanceResumed' ||
      event.type === 'CommandRetried',
  );

/** The open deadlines of an instance, as they are kept. */
export const openIn = (stream: string, { status, deadlines }: Instance): readonly Deadline[] =>
  status === 'running' ? Object.values(deadlines).map(({ name, setBy, at }) => ({ instance: stream, name, setBy, at })) : [];

/** Makes a deadline fire. A deadline in the list was scheduled before, so a crash between the two is only repeated. */
export const keepDeadline = async ({ keys, deadlines, scheduler }: Keeping, deadline: Deadline): Promise<void> => {
  if (await deadlines.has(deadline)) return;
  const { at, ...due } = deadline;
  await scheduler.set({ key: keyOf(keys, due), at, message: { due } });
  await deadlines.put(deadline);
};

/** Forgets a deadline that is open no longer, the list last. One that fires all the same finds nothing to do. */
export const dropDeadline = async ({ keys, deadlines, scheduler }: Keeping, which: Which): Promise<void> => {
  if (!(await deadlines.has(which))) return;
  await scheduler.cancel(keyOf(keys, which));
  await deadlines.remove(which);
};
