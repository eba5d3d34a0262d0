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

/** The times that are still to be left out by order, of which those up to an instant are dealt with. */
export const stillOrderedOut = ({ leaveOut = [] }: Progress, through: string): Pick<Progress, 'leaveOut'> => {
  const after = leaveOut.filter((time) => time > through);
  return after.length > 0 ? { leaveOut: after } : {};
};

const withLeftOut = (progress: Progress, times: readonly string[]): Progress => {
  const last = times.at(-1);
  if (last === undefined) return progress;
  const { leaveOut: _, ...rest } = progress;
  const skipped = { times: (progress.skipped?.times ?? 0) + times.length, last };
  return { ...rest, ...stillOrderedOut(progress, last), through: last, skipped };
};

/** The next time to run up to an instant, as catching up is declared; those before it that are left out are counted. */
const choose = (schedule: AnySchedule, progress: Progress, until: string, isMissed: (time: string) => boolean): Plan => {
  const left: string[] = [];
  let run: string | undefined;
  // Times after the one to run are left out only if a later one is run instead: `through` must not pass what is still to run.
  let after: string[] = [];
  for (const time of timesBetween(timetableOf(progress), progress.through, until)) {
    if (progress.leaveOut?.includes(time) || (schedule.catchUp === 'none' && isMissed(time))) {
      (run === undefined ? left : after).push(time);
      continue;
    }
    if (run !== undefined) left.push(run, ...after);
    after = [];
    run = time;
    if (schedule.catchUp !== 'latest') break;
  }
  return { progress: withLeftOut(progress, left), ...(run !== undefined && { run }) };
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
