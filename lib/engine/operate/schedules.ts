import { type AnySchedule, timetableOf, writtenTimes } from '../../core/schedule/schedule.ts';
import { timeAfter, timesBetween } from '../../core/schedule/times.ts';
import { untilWon } from '../again.ts';
import { instant, latest, nowOf } from '../instant.ts';
import type { Clock, Queue } from '../ports.ts';
import { invalid, notFound } from '../problems.ts';
import { begunProgress } from '../schedule/plan.ts';
import type { Progress, Progresses } from '../schedule/ports.ts';
import { lookMessage } from '../schedule/route.ts';
import { scheduleSettings } from '../settings.ts';
import { overdueTime } from './sweep-schedules.ts';

type Operated = Readonly<{ name: string; schedule: AnySchedule; queue: Pick<Queue, 'send'> }>;

/** The schedules of a deployment, and what they are operated with. */
export type ScheduleOperating = Readonly<{ schedules: readonly Operated[]; progresses: Progresses; clock: Pick<Clock, 'now'> }>;

/** How a schedule is: what it did last, what it is doing, what it does next, and what it left out. */
export type ScheduleReport = Readonly<{
  schedule: string;
  cron: string;
  timezone: string;
  /** The next time after now. */
  next?: string;
  /** A time that is due and has not been run. */
  late?: string;
}> &
  Pick<Progress, 'last' | 'running' | 'skipped' | 'asked' | 'paused'>;

const reportOf = (now: number, { name, schedule }: Operated, progress: Progress | undefined): ScheduleReport => {
  const { last, running, skipped, asked, paused } = progress ?? {};
  const next = timeAfter(timetableOf(schedule), latest(instant(now), instant(Date.parse(schedule.since) - 1)));
  const late = overdueTime(schedule, progress, now - scheduleSettings.graceMilliseconds, scheduleSettings);
  return {
    schedule: name,
    ...writtenTimes(schedule),
    ...(next !== undefined && { next }),
    ...(late !== undefined && { late }),
    ...(last && { last }),
    ...(running && { running }),
    ...(skipped && { skipped }),
    ...(asked && { asked }),
    ...(paused && { paused }),
  };
};

/** How all schedules of the manifest are. */
export const reportSchedules = ({ schedules, progresses, clock }: ScheduleOperating): Promise<readonly ScheduleReport[]> =>
  Promise.all(schedules.map(async (each) => reportOf(clock.now(), each, await progresses.load(each.name))));

/** What an operator may order, and why. */
export type ScheduleOrder = Readonly<{ name: string; why: string; by: string }> &
  Readonly<{ order: 'pause' | 'resume' } | { order: 'run'; time: string }>;

const ordered = (progress: Progress, order: ScheduleOrder, now: string): Progress => {
  const { why, by } = order;
  if (order.order === 'run') return { ...progress, asked: { time: order.time, by, why } };
  const { paused: _, ...going } = progress;
  return order.order === 'pause' ? { ...going, paused: { by, why, at: now } } : going;
};

/**
 * Carries out an order: to pause, to resume, or to run a time that has passed, as one that was left out. Who has had the command of that time does not
 * get it again.
 */
export const orderSchedule = async (
  { schedules, progresses, clock }: ScheduleOperating,
  order: ScheduleOrder,
): Promise<ScheduleReport> => {
  const { name } = order;
  const found = schedules.find((each) => each.name === name);
  if (!found) throw notFound(`schedule ${name}`);
  const { schedule, queue } = found;
  if (order.order === 'run') {
    const at = Date.parse(order.time);
    const isTime =
      !Number.isNaN(at) && at <= clock.now() && [...timesBetween(timetableOf(schedule), instant(at - 1), instant(at))].length > 0;
    if (!isTime || instant(at) !== order.time)
      throw invalid('time', `a time of '${schedule.cron}' that has passed, such as 2026-12-01T02:00:00.000Z`);
  }
  const progress = await untilWon(`The schedule ${name} is running, and changes at the same time: try again.`, async () => {
    const loaded = await progresses.load(name);
    const now = nowOf(clock);
    const begun = loaded ?? begunProgress(schedule);
    const next = { ...ordered(begun, order, now), writes: begun.writes + 1, at: now };
    return (await progresses.save(name, next, loaded?.writes)) ? next : 'again';
  });
  if (order.order !== 'pause') await queue.send([lookMessage(name)]);
  return reportOf(clock.now(), found, progress);
};
