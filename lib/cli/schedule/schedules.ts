import { cloudWatchAges } from '../../aws/operate/ages.ts';
import { scheduleProgresses } from '../../aws/schedule/progresses.ts';
import { systemClock } from '../../aws/system.ts';
import {
  orderSchedule,
  reportSchedules,
  type ScheduleOperating,
  type ScheduleOrder,
  type ScheduleReport,
} from '../../engine/operate/schedules.ts';
import { asker } from '../asker.ts';
import { deployedSchedules } from '../deployed.ts';
import { redriveOn } from '../letters.ts';
import { connect, type Target } from '../stack.ts';
import { count, type Print } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { lagText, printedLog } from '../texts.ts';

/** The schedules of a deployment, and the ports for operating them. */
const connected = async ({ manifest, stack }: Target, print: Print) => {
  const connection = await connect(stack);
  const schedules = deployedSchedules(manifest, connection);
  if (schedules.length === 0)
    throw new UserError('The deployment has no schedule of this manifest.', 'A manifest lists its schedules in `schedules`.');
  const { client, control } = connection;
  const operating: ScheduleOperating = {
    schedules,
    progresses: scheduleProgresses(client, control),
    ages: cloudWatchAges('', systemClock),
    clock: systemClock,
    log: printedLog(print),
  };
  return { schedules, operating };
};

/** The report of a schedule as lines for a person. */
export const scheduleLines = (report: ScheduleReport): readonly string[] => {
  const { schedule, cron, timezone, next, due, late, last, running, skipped, asked, leaveOut, paused, lag } = report;
  const commands = (run: Readonly<{ sent: number; refused: number }>) =>
    `${count(run.sent, 'command')}${run.refused === 0 ? '' : `, ${run.refused} refused`}`;
  return [
    `${schedule}: ${cron} (${timezone})${next === undefined ? ', never again' : `, next at ${next}`}`,
    ...(last ? [`  last: ${last.time}, ended at ${last.ended}, ${commands(last)}`] : ['  has not run yet']),
    ...(running
      ? [`  runs ${running.time}: ${commands(running)} so far${running.failed ? `, ${running.failed.length} failed` : ''}`]
      : []),
    ...(running?.fault ? [`  failed at ${running.fault.at}: ${running.fault.cause}`] : []),
    ...(due === undefined ? [] : [`  due: ${due.time}${due.times > 1 ? `, the first of ${due.times}` : ''}`]),
    ...(late === undefined ? [] : [`  late: ${late} is due and has not been run`]),
    ...(asked ? [`  is to run ${asked.time}, as ${asked.by} asked: ${asked.why}`] : []),
    ...(leaveOut ? [`  is to leave out ${leaveOut.join(', ')}`] : []),
    ...(skipped ? [`  left out ${count(skipped.times, 'time')}, the last of them ${skipped.last}`] : []),
    ...(paused ? [`  paused at ${paused.at} by ${paused.by}: ${paused.why}`] : []),
    ...(lag.waiting + lag.deadLetters > 0 ? [`  queue: ${lagText(lag)}`] : []),
  ];
};

/** The last orders of operators, as lines for a person. */
const orderLines = ({ orders = [] }: ScheduleReport): readonly string[] =>
  orders.map(({ order, at, by, why, time }) => `  ${at} ${by} ordered: ${order}${time === undefined ? '' : ` ${time}`}. ${why}`);

/** `foldstream schedules`. */
export const listSchedules = async (target: Target, print: Print): Promise<void> => {
  const { operating } = await connected(target, print);
  for (const line of (await reportSchedules(operating)).flatMap((each) => [...scheduleLines(each), ...orderLines(each)]))
    print(line);
};

type One = Target & Readonly<{ schedule: string; why: string }>;

const carryOut = async (target: Target, order: (by: string) => ScheduleOrder, print: Print): Promise<void> => {
  const { operating } = await connected(target, print);
  for (const line of scheduleLines(await orderSchedule(operating, order(asker())))) print(line);
};

/** `foldstream schedules pause <schedule> --why "..."`. */
export const pauseSchedule = ({ schedule: name, why, ...target }: One, print: Print): Promise<void> =>
  carryOut(target, (by) => ({ order: 'pause', name, why, by }), print);

/** `foldstream schedules resume <schedule> --why "..."`. */
export const resumeSchedule = ({ schedule: name, why, ...target }: One, print: Print): Promise<void> =>
  carryOut(target, (by) => ({ order: 'resume', name, why, by }), print);

type OneTime = One & Readonly<{ time: string }>;

/** `foldstream schedules run <schedule> --time <instant> --why "..."`. */
export const runSchedule = ({ schedule: name, why, time, ...target }: OneTime, print: Print): Promise<void> =>
  carryOut(target, (by) => ({ order: 'run', name, why, by, time }), print);

/** `foldstream schedules skip <schedule> --time <instant> --why "..."`. */
export const skipSchedule = ({ schedule: name, why, time, ...target }: OneTime, print: Print): Promise<void> =>
  carryOut(target, (by) => ({ order: 'skip', name, why, by, time }), print);

/** `foldstream schedules redrive <schedule>`. */
export const redriveSchedule = (
  { schedule: name, ...asked }: Target & Readonly<{ schedule: string; why?: string }>,
  print: Print,
) => redriveOn(asked, { kind: 'schedule', name }, print);
