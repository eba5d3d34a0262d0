import { ProblemError } from '../../core/problem.ts';
import type { scheduleOrders, timeOrders } from '../../core/schedule/orders.ts';
import { type AnySchedule, timetableOf, writtenTimes } from '../../core/schedule/schedule.ts';
import { timeAfter, timesBetween } from '../../core/schedule/times.ts';
import { tryWhileLost } from '../again.ts';
import { instant, latest, nowOf } from '../instant.ts';
import type { Clock, Log } from '../ports.ts';
import { invalid, notFound } from '../problems.ts';
import { begunProgress, planOf, stillOrderedOut } from '../schedule/plan.ts';
import type { KeptOrder, Progress, Progresses } from '../schedule/ports.ts';
import { lookMessage } from '../schedule/route.ts';
import { sendOrders } from '../send-orders.ts';
import { scheduleSettings } from '../settings.ts';
import { type Ages, type Lag, lagOf } from './projections.ts';
import { type Consumer, lagsOf } from './rows-by-status.ts';
import { overdueTime } from './sweep-schedules.ts';

type Operated = Consumer & Readonly<{ name: string; schedule: AnySchedule }>;

/** The schedules of a deployment, and what they are operated with. */
export type ScheduleOperating = Readonly<{
  schedules: readonly Operated[];
  progresses: Progresses;
  ages: Pick<Ages, 'ofQueues'>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}>;

/** How a schedule is: what it did last, what it is doing, what it does next, what it left out, and what operators ordered. */
export type ScheduleReport = Readonly<{
  schedule: string;
  cron: string;
  timezone: string;
  catchUp: AnySchedule['catchUp'];
  /** Every time up to this one has been run or left out; absent until the first of them. */
  through?: string;
  /** The next time after now. */
  next?: string;
  /** The time that is to run now, and how many have passed since `through`, up to a thousand. */
  due?: Readonly<{ time: string; times: number }>;
  /** A time that has been due for over two minutes, and whose run has not begun or does not move. */
  late?: string;
  lag: Lag;
}> &
  Pick<Progress, 'last' | 'running' | 'skipped' | 'asked' | 'leaveOut' | 'paused' | 'orders'>;

const mostCounted = 1_000;

const timesDue = (schedule: AnySchedule, { through }: Progress, now: string): number => {
  let times = 0;
  for (const _ of timesBetween(timetableOf(schedule), through, now)) if (++times === mostCounted) break;
  return times;
};

const reportOf = (now: number, { name, schedule }: Operated, kept: Progress | undefined): Omit<ScheduleReport, 'lag'> => {
  const at = instant(now);
  const progress = kept ?? begunProgress(schedule);
  const { last, running, skipped, asked, leaveOut, paused, orders } = progress;
  const next = timeAfter(timetableOf(schedule), latest(at, instant(Date.parse(schedule.since) - 1)));
  const due = planOf(schedule, kept, at, scheduleSettings).run;
  const late = overdueTime(schedule, kept, now - scheduleSettings.graceMilliseconds, scheduleSettings);
  return {
    schedule: name,
    ...writtenTimes(schedule),
    catchUp: schedule.catchUp,
    ...((last || skipped) && { through: progress.through }),
    ...(next !== undefined && { next }),
    ...(due !== undefined && { due: { time: due, times: timesDue(schedule, progress, at) } }),
    ...(late !== undefined && { late }),
    ...(last && { last }),
    ...(running && { running }),
    ...(skipped && { skipped }),
    ...(asked && { asked }),
    ...(leaveOut && { leaveOut }),
    ...(paused && { paused }),
    ...(orders && { orders }),
  };
};

/** How all schedules of the manifest are. */
export const reportSchedules = async (operating: ScheduleOperating): Promise<readonly ScheduleReport[]> => {
  const { schedules, progresses, clock } = operating;
  const [lags, loaded] = await Promise.all([
    lagsOf(schedules, operating),
    Promise.all(schedules.map(({ name }) => progresses.load(name))),
  ]);
  return schedules.map((each, i) => ({ ...reportOf(clock.now(), each, loaded[i]), lag: lags[i]! }));
};

/** What an operator may order, and why. */
export type ScheduleOrder = Readonly<{ name: string; why: string; by: string }> &
  Readonly<{ order: (typeof scheduleOrders)[number] } | { order: (typeof timeOrders)[number]; time: string }>;

/** The orders that are kept with a schedule's progress, and the times to be left out that one may have. */
const mostOrders = 20;

const isTimeOf = (schedule: Pick<AnySchedule, 'cron' | 'timezone'>, time: string): boolean => {
  const at = Date.parse(time);
  if (Number.isNaN(at) || instant(at) !== time) return false;
  return [...timesBetween(timetableOf(schedule), instant(at - 1), time)].length > 0;
};

/** The progress with a time that is to be run as ordered. */
const withAsked = (
  { leaveOut, ...progress }: Progress,
  schedule: AnySchedule,
  asked: NonNullable<Progress['asked']>,
  now: string,
): Progress => {
  const { time } = asked;
  if (!isTimeOf(schedule, time) || time > now)
    throw invalid('time', `a time of '${schedule.cron}' that has passed, such as 2026-12-01T02:00:00.000Z`);
  if (progress.asked && progress.asked.time !== time)
    throw invalid('time', `${progress.asked.time} was ordered before, and has not been run yet: wait for it, or skip it`);
  const times = leaveOut?.filter((each) => each !== time) ?? [];
  return { ...progress, ...(times.length > 0 && { leaveOut: times }), asked };
};

/** The progress without a time: if it is running it ends where it is, and if it is still to come it is left out. */
const without = (progress: Progress, schedule: AnySchedule, time: string): Progress => {
  const { running, asked, leaveOut: _, ...rest } = progress;
  const isToCome = time > progress.through;
  const isIts = isTimeOf(progress, time) || isTimeOf(schedule, time);
  if (running?.time !== time && asked?.time !== time && !(isToCome && isIts))
    throw invalid('time', `a time of '${schedule.cron}' that has not been run or left out, such as 2026-12-01T02:00:00.000Z`);
  const { leaveOut = [] } = stillOrderedOut(progress, progress.through);
  if (isToCome && leaveOut.length >= mostOrders && !leaveOut.includes(time))
    throw invalid('time', `${mostOrders} times are to be left out already: pause the schedule instead`);
  const times = isToCome ? [...new Set([...leaveOut, time])].sort() : leaveOut;
  return {
    ...rest,
    ...(running && running.time !== time && { running }),
    ...(asked && asked.time !== time && { asked }),
    ...(times.length > 0 && { leaveOut: times }),
  };
};

const ordered = (progress: Progress, schedule: AnySchedule, order: ScheduleOrder, at: string): Progress => {
  const { why, by } = order;
  const { paused, ...going } = progress;
  switch (order.order) {
    case 'pause':
      return { ...going, paused: { by, why, at } };
    case 'resume':
      return going;
    case 'run':
      return withAsked(progress, schedule, { time: order.time, by, why }, at);
    case 'skip':
      return without(progress, schedule, order.time);
  }
};

/**
 * Carries out an order: to pause, to resume, to run a time that has passed, as one that was left out, or to skip one that is due, running or still to
 * come. Who has had the command of a time does not get it again.
 */
export const orderSchedule = async (operating: ScheduleOperating, order: ScheduleOrder): Promise<ScheduleReport> => {
  const { schedules, progresses, clock, log } = operating;
  const { name, by, why } = order;
  const found = schedules.find((each) => each.name === name);
  if (!found) throw notFound(`schedule ${name}`);
  const { schedule, queue } = found;
  const progress = await tryWhileLost(async () => {
    const loaded = await progresses.load(name);
    const now = nowOf(clock);
    const begun = loaded ?? begunProgress(schedule);
    const kept: KeptOrder = { order: order.order, by, why, at: now, ...('time' in order && { time: order.time }) };
    const orders = [kept, ...(begun.orders ?? [])].slice(0, mostOrders);
    const next = { ...ordered(begun, schedule, order, now), orders, writes: begun.writes + 1, at: now };
    return (await progresses.save(name, next, loaded?.writes)) ? next : 'again';
  });
  if (progress === 'again')
    throw new ProblemError({
      kind: 'contended',
      detail: `The schedule ${name} runs, and was changed at each try. Send it again.`,
    });
  log.info('An operator gave an order to a schedule.', { schedule: name, ...progress.orders?.[0] });
  if (order.order !== 'pause') await sendOrders(queue, name, [lookMessage(name)]);
  return { ...reportOf(clock.now(), found, progress), lag: await lagOf(found, new Map()) };
};
