import type { Send } from '../../core/process/process.ts';
import { type AnySchedule, timetableOf } from '../../core/schedule/schedule.ts';
import { localTime } from '../../core/schedule/times.ts';
import { TryAgain } from '../again.ts';
import { atOnce } from '../at-once.ts';
import type { Commanding } from '../command/request.ts';
import { latest, nowOf } from '../instant.ts';
import type { Clock, Log, ViewReader } from '../ports.ts';
import type { ScheduleSettings } from '../settings.ts';
import { expired } from '../view/lists.ts';
import { planOf } from './plan.ts';
import type { Progress, Progresses, Run } from './ports.ts';
import { sendOccasion } from './send.ts';

/** The rows that a schedule goes through: those of the view's active revision. */
export type EachRow = Readonly<{ revision: number; reader: Pick<ViewReader, 'all' | 'head'> }>;

/** The steps of a look. A test gives others, to see that a simulation notices. */
const scheduleSteps = { plan: planOf, send: sendOccasion };

/** Everything that a schedule is run with. */
export type Scheduling = Readonly<{
  name: string;
  schedule: AnySchedule;
  /** For each aggregate that the schedule sends to, by its category. */
  target: (category: string) => Commanding | undefined;
  /** The active revision of the view that it goes through; undefined while none is built. */
  rows: () => Promise<EachRow | undefined>;
  progresses: Progresses;
  clock: Pick<Clock, 'now'>;
  log: Log;
  settings: ScheduleSettings;
  steps?: typeof scheduleSteps;
}>;

/** How a look ended: nothing is due any more, a function's time is up, an operator paused it, or another function is running it. */
export type Looked = 'nothing due' | 'more to do' | 'paused' | 'run by another';

/** The command of one time, for a row or without one. */
const sendOf = (
  { schedule }: Scheduling,
  time: string,
  row: Readonly<{ id: string; row: unknown }> | object,
): Send | undefined => {
  const occasion = { time, local: localTime(timetableOf(schedule).timezone, time), ...row };
  return schedule.command(occasion as never);
};

const sendFor = async (scheduling: Scheduling, time: string, row: Parameters<typeof sendOf>[2]) => {
  const { target, name, steps = scheduleSteps } = scheduling;
  const send = sendOf(scheduling, time, row);
  return send && steps.send(target, name, time, send);
};

type Settled = Readonly<{ sent: number; refused: number; failed: readonly string[]; cause?: unknown }>;

/** Sends the commands of some rows, several at once. A failure is noted, and the other rows go on. */
const sendRows = async (
  scheduling: Scheduling,
  time: string,
  keys: readonly Readonly<{ id: string; row: unknown }>[],
): Promise<Settled> => {
  const failed: string[] = [];
  let cause: unknown;
  const outcomes = await atOnce(scheduling.settings.atOnce, keys, async (each) => {
    try {
      return await sendFor(scheduling, time, each);
    } catch (thrown) {
      failed.push(each.id);
      cause ??= thrown;
      return undefined;
    }
  });
  const left = outcomes.filter((outcome) => outcome !== undefined);
  return { sent: left.length, refused: left.filter((outcome) => outcome === 'refused').length, failed, cause };
};

const counted = (run: Run, { sent, refused }: Pick<Settled, 'sent' | 'refused'>): Run => ({
  ...run,
  sent: run.sent + sent,
  refused: run.refused + refused,
});

/** The next page of rows; or, behind the last page, the rows that failed. */
const nextRows = async (scheduling: Scheduling, run: Run): Promise<Run> => {
  const { name, settings, rows, clock } = scheduling;
  const each = await rows();
  if (!each) throw new TryAgain(`The view that the schedule ${name} goes through is still being built.`);
  // A place is in one revision's table: after a switch the rows are gone through anew, and who has had the command does not get it again.
  const begun: Run =
    run.revision === each.revision ? run : { time: run.time, began: run.began, sent: 0, refused: 0, revision: each.revision };
  const now = nowOf(clock);
  if (begun.isThrough) {
    const heads = await Promise.all((begun.failed ?? []).map((key) => each.reader.head(key)));
    const found = heads.flatMap((head) => (head?.row && !expired(head, now) ? [{ id: head.key, row: head.row }] : []));
    const settled = await sendRows(scheduling, begun.time, found);
    if (settled.failed.length > 0)
      throw new Error(
        `The schedule ${name} could not send ${settled.failed.length} commands of ${begun.time}, such as that of ${settled.failed[0]}. It tries again; later times wait.`,
        { cause: settled.cause },
      );
    return { ...counted(begun, settled), failed: undefined };
  }
  const { items, next } = await each.reader.all({
    limit: settings.pageRows,
    consistent: true,
    ...(begun.after && { after: begun.after }),
  });
  const found = items.flatMap((head) => (head.row && !expired(head, now) ? [{ id: head.key, row: head.row }] : []));
  const settled = await sendRows(scheduling, begun.time, found);
  const failed = [...new Set([...(begun.failed ?? []), ...settled.failed])];
  if (failed.length > settings.mostFailed)
    throw new Error(
      `The schedule ${name} could not send ${failed.length} commands of ${begun.time}; it stops there and tries again.`,
      {
        cause: settled.cause,
      },
    );
  return {
    ...counted(begun, settled),
    after: next,
    ...(failed.length > 0 && { failed }),
    ...(next === undefined && { isThrough: true as const }),
  };
};

/** One portion of a run. Its command is sent before anything says that it was. */
const proceed = async (scheduling: Scheduling, run: Run): Promise<Readonly<{ run: Run; isOver: boolean }>> => {
  if (scheduling.schedule.each) {
    const next = await nextRows(scheduling, run);
    return { run: next, isOver: next.isThrough === true && (next.failed ?? []).length === 0 };
  }
  const outcome = await sendFor(scheduling, run.time, {});
  return {
    run: counted(run, { sent: outcome ? 1 : 0, refused: outcome === 'refused' ? 1 : 0 }),
    isOver: true,
  };
};

/** A time that an operator asked for says nothing about those before it, which may be due as well: only a due one moves `through`. */
const over = ({ running: _, asked, ...progress }: Progress, { time, began, sent, refused }: Run, ended: string): Progress => ({
  ...progress,
  ...(asked && asked.time !== time && { asked }),
  ...(asked?.time !== time && { through: latest(progress.through, time) }),
  last: { time, began, ended, sent, refused },
});

/** As much of an error's text as operators are shown. */
const shownOfCause = 300;

/** Notes for operators why a portion failed. That is no progress, so the time of the last write stays, by which the sweep sees that nothing moves. */
const withFault = (progress: Progress, running: Run, at: string, cause: unknown): Progress => ({
  ...progress,
  running: { ...running, fault: { at, cause: String(cause).slice(0, shownOfCause) } },
});

const saysNoMore = (next: Progress, loaded: Progress | undefined): boolean =>
  next.skipped?.times === loaded?.skipped?.times &&
  (loaded === undefined ||
    (next.cron === loaded.cron && next.timezone === loaded.timezone && next.changedAt === loaded.changedAt));

const proceedOrNote = async (scheduling: Scheduling, progress: Progress, running: Run) => {
  const { name, progresses, clock } = scheduling;
  try {
    return await proceed(scheduling, running);
  } catch (thrown) {
    const noted = withFault(progress, running, nowOf(clock), thrown);
    // The error itself is thrown and logged: a note that cannot be written is not another one.
    await progresses.save(name, { ...noted, writes: progress.writes + 1 }, progress.writes).catch(() => false);
    throw thrown;
  }
};

/**
 * Runs the times of a schedule that are due, one after the other, for as long as a function has time. It may be interrupted anywhere and several may
 * do it at once: each command takes effect once, and who finds that another one has saved its progress leaves the rest to that one.
 */
export const look = async (scheduling: Scheduling): Promise<Looked> => {
  const { name, schedule, progresses, clock, log, settings, steps = scheduleSteps } = scheduling;
  const began = clock.now();
  for (let isFirst = true; ; isFirst = false) {
    const loaded = await progresses.load(name);
    if (loaded?.paused) return 'paused';
    const { progress, run: due } = steps.plan(schedule, loaded, nowOf(clock), settings);
    const save = (next: Progress) =>
      progresses.save(name, { ...next, writes: (loaded?.writes ?? 0) + 1, at: nowOf(clock) }, loaded?.writes);
    if (progress.skipped?.times !== loaded?.skipped?.times)
      log.warn('Times of a schedule are left out, as declared or as ordered.', { schedule: name, ...progress.skipped });
    if (due === undefined) {
      // Saved only if it says more than follows from what is there: that times are left out, or that others are declared.
      if (saysNoMore(progress, loaded)) return 'nothing due';
      return (await save(progress)) ? 'nothing due' : 'run by another';
    }
    if (!isFirst && clock.now() - began >= settings.lookMilliseconds) return 'more to do';
    if (!progress.running) {
      if (!(await save({ ...progress, running: { time: due, began: nowOf(clock), sent: 0, refused: 0 } })))
        return 'run by another';
      continue;
    }
    const done = await proceedOrNote(scheduling, progress, progress.running);
    const { fault: _, ...run } = done.run;
    const next = done.isOver ? over(progress, run, nowOf(clock)) : { ...progress, running: run };
    if (!(await save(next))) return 'run by another';
    if (done.isOver) log.info('A time of a schedule has been run.', { schedule: name, ...next.last });
  }
};
