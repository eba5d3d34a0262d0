import type { AnySchedule } from '../../core/schedule/schedule.ts';
import { instant } from '../instant.ts';
import type { Clock, Log, Queue } from '../ports.ts';
import { planOf } from '../schedule/plan.ts';
import type { Progress, Progresses } from '../schedule/ports.ts';
import { lookMessage } from '../schedule/route.ts';
import type { ScheduleSettings } from '../settings.ts';

/** A schedule as the sweep sees it. */
export type SweptSchedule = Readonly<{ name: string; schedule: AnySchedule; queue: Pick<Queue, 'send'> }>;

type Sweeping = Readonly<{
  schedules: readonly SweptSchedule[];
  progresses: Pick<Progresses, 'load'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn'>;
  settings: ScheduleSettings;
}>;

/** The time that a schedule has to run and does not, as of an instant; undefined if there is none, or an operator paused it. */
export const overdueTime = (
  schedule: AnySchedule,
  progress: Progress | undefined,
  before: number,
  settings: ScheduleSettings,
): string | undefined => {
  if (progress?.paused) return undefined;
  // A run of many commands takes a while: as long as it moves, nobody else is to begin it.
  if (progress?.running && Date.parse(progress.at) > before) return undefined;
  return planOf(schedule, progress, instant(before), settings).run;
};

/**
 * Triggers the schedules that should have run by now, whatever became of their triggers. A repeated trigger does nothing, and a failure for one
 * schedule does not hold up another. Answers the number of triggers.
 */
export const sendOverdueTimes = async (
  { schedules, progresses, clock, log, settings }: Sweeping,
  graceMilliseconds: number = settings.graceMilliseconds,
): Promise<number> => {
  const sent = await Promise.all(
    schedules.map(async ({ name, schedule, queue }) => {
      try {
        const progress = await progresses.load(name);
        const now = clock.now();
        const time = overdueTime(schedule, progress, now - graceMilliseconds, settings);
        if (time === undefined) return 0;
        const late = overdueTime(schedule, progress, now - settings.lateMilliseconds, settings);
        if (late !== undefined) log.warn('A schedule is late.', { schedule: name, time: late });
        return 1 - (await queue.send([lookMessage(name)])).length;
      } catch (cause) {
        log.warn('A schedule could not be checked.', { schedule: name, cause: String(cause) });
        return 0;
      }
    }),
  );
  return sent.reduce<number>((total, each) => total + each, 0);
};
