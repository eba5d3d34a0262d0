import { type AnySchedule, timetableOf, writtenTimes } from '../../core/schedule/schedule.ts';
import { timesBetween } from '../../core/schedule/times.ts';
import { instant, latest } from '../instant.ts';
import type { Progress } from './ports.ts';

/** What is to be done now: the progress with what is left out, and the time to run, if any is due. */
export type Plan = Readonly<{ progress: Progress; run?: string }>;

/** A time that is late by more than this was missed. */
type Missing = Readonly<{ missedMilliseconds: number }>;

/** The progress of a schedule that has never run: nothing before `since` counts. */
export const begunProgress = (schedule: AnySchedule): Progress => ({
  writes: 0,
  at: '',
  through: instant(Date.parse(schedule.since) - 1),
  ...writtenTimes(schedule),
});

const leaveOut = (progress: Progress, times: number, last: string): Progress =>
  times === 0
    ? progress
    : {
        ...progress,
        through: last,
        skipped: { times: (progress.skipped?.times ?? 0) + times, last },
      };

/** The next time to run up to an instant, as catching up is declared; those before it that are left out are counted. */
const choose = (schedule: AnySchedule, progress: Progress, until: string, isMissed: (time: string) => boolean): Plan => {
  let [left, last, run] = [0, '', undefined as string | undefined];
  const leave = (time: string) => {
    left += 1;
    last = time;
  };
  for (const time of timesBetween(timetableOf(progress), progress.through, until)) {
    if (schedule.catchUp === 'none' && isMissed(time)) {
      leave(time);
      continue;
    }
    if (run !== undefined) leave(run);
    run = time;
    if (schedule.catchUp !== 'latest') break;
  }
  return { progress: leaveOut(progress, left, last), ...(run !== undefined && { run }) };
};

/**
 * Decides what a schedule does at an instant. A run that has begun is finished first. When the declared times are others than those that the progress
 * counts in, the times of the earlier declaration up to the change are dealt with, and the new ones count from there.
 */
export const planOf = (schedule: AnySchedule, kept: Progress | undefined, now: string, { missedMilliseconds }: Missing): Plan => {
  const first = begunProgress(schedule);
  const progress = kept ? { ...kept, through: latest(kept.through, first.through) } : first;
  const begunOrAsked = progress.running ?? progress.asked;
  if (begunOrAsked) return { progress, run: begunOrAsked.time };
  const isMissed = (time: string) => Date.parse(now) - Date.parse(time) > missedMilliseconds;
  const declared = writtenTimes(schedule);
  if (progress.cron === declared.cron && progress.timezone === declared.timezone)
    return choose(schedule, progress, now, isMissed);
  const changedAt = progress.changedAt ?? now;
  const before = choose(schedule, { ...progress, changedAt }, changedAt, isMissed);
  if (before.run !== undefined) return before;
  const { changedAt: _, ...rest } = before.progress;
  return choose(schedule, { ...rest, ...declared, through: latest(rest.through, changedAt) }, now, isMissed);
};
