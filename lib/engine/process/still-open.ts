import type { Commit } from '../../core/commit.ts';
import { processEvents, type StepEnded } from '../../core/process/events.ts';
import { readEvent } from '../../core/version.ts';

/** The open work after a commit of an instance. */
export const stillOpen = ({ events }: Pick<Commit, 'events'>): StepEnded | undefined => {
  const last = events.at(-1);
  return last?.type === 'StepEnded' ? (readEvent(processEvents, last).data as StepEnded) : undefined;
};

/** True if an instance, judged by its last commit, should have continued before this instant. */
export const openTooLong = (last: Commit, before: string): boolean => {
  const open = stillOpen(last);
  if (!open || last.at >= before) return false;
  return open.sends > 0 || open.deferred > 0 || (open.due !== undefined && open.due < before);
};
