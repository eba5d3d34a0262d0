import { type Commit, type Trail, trailOf } from '../../core/commit.ts';
import type { ProcessStep } from '../../core/process/decider.ts';
import { type Instance, nextSends, type OpenDeadline } from '../../core/process/instance.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { closedBy, listsDeadlines } from '../../core/process/rest.ts';
import { TryAgain } from '../again.ts';
import type { Commanding, CommandRequest } from '../command/request.ts';
import { stateNow } from '../command/state-now.ts';
import { nowOf } from '../instant.ts';
import type { ProcessSettings } from '../settings.ts';
import type { Known } from '../store/known.ts';
import { dropDeadline, keepDeadline, openIn, withTime } from './deadlines.ts';
import type { Deadline, Deadlines, NamedDeadline, Scheduler } from './ports.ts';
import { sendCommand, sendId, type TargetOf } from './send.ts';
import { takeStep } from './step.ts';

/** Everything that a process's instances are attended with. */
export type Attending = Readonly<{
  process: AnyProcess;
  /** For `processDecider(process)`: the instances' own streams. */
  own: Commanding;
  /** For each aggregate that the process sends to, by its category. */
  target: TargetOf;
  scheduler: Scheduler;
  deadlines: Deadlines;
  settings: ProcessSettings;
}>;

export const instanceOf = ({ state }: Known): Instance => state as Instance;

/** One attendance of one instance: the data that it passes from step to step. */
type Attendance = Attending &
  Readonly<{
    stream: string;
    /** Errors, by the work that failed: the other work continues, and then they are thrown. */
    failed: Map<string, unknown>;
  }>;

type Step = Readonly<{ id: string; step: ProcessStep; trail: Trail; causation: string; causeAt?: string; actor?: string }> &
  Pick<CommandRequest, 'isNew'>;

/** One step in an instance's own stream. */
export const stepIn = (
  { own, process }: Pick<Attending, 'own' | 'process'>,
  stream: string,
  { id, step, trail, causation, causeAt, actor = process.category, isNew }: Step,
): Promise<Commit | undefined> => {
  const meta: CommandRequest['meta'] = { ...trail, causation };
  const more = { ...(causeAt !== undefined && { causeAt }), ...(isNew && { isNew }) };
  return takeStep(own, { stream, step, id: `process/${id}`, actor, meta, ...more });
};

const fire = (attendance: Attendance, due: readonly [OpenDeadline, ...OpenDeadline[]]) => {
  const { stream } = attendance;
  const [first] = due;
  const { name, setBy, decidedIn } = first;
  return stepIn(attendance, stream, {
    id: `${stream}/due/${name}/${setBy}`,
    step: { type: 'Due', data: { due: due.map((each) => ({ name: each.name, setBy: each.setBy })) } },
    trail: trailOf(first),
    causation: `${stream}/${decidedIn}`,
  });
};

const takeUp = (attendance: Attendance, { commit, version }: Known, { deferred }: Instance) => {
  const { stream } = attendance;
  const [cause] = deferred;
  const given = Object.values(cause ?? {})[0] as Trail;
  return stepIn(attendance, stream, {
    id: `${stream}/continue/${commit}`,
    step: { type: 'Continue', data: {} },
    trail: trailOf(given),
    causation: `${stream}/${version}`,
  });
};

/** Sends what may be sent, to different targets in parallel, and records what came of it with what follows. */
const sendOpen = async (attendance: Attendance, instance: Instance): Promise<Commit | undefined> => {
  const { stream, target, failed } = attendance;
  const sends = nextSends(instance).filter(({ to }) => !failed.has(to));
  const settled = await Promise.allSettled(sends.map((send) => sendCommand(target, stream, send)));
  const outcomes = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  settled.forEach((each, i) => {
    if (each.status === 'rejected') failed.set(sends[i]!.to, each.reason);
  });
  const [first] = sends.filter(({ number }) => number === outcomes[0]?.number);
  if (!first) return undefined;
  return stepIn(attendance, stream, {
    id: `${sendId(stream, first).slice('process/'.length)}/outcome`,
    step: { type: 'Answer', data: { outcomes } },
    trail: trailOf(first),
    causation: sendId(stream, first),
    causeAt: outcomes
      .map(({ at }) => at)
      .sort()
      .at(-1)!,
  });
};

type Work = () => Promise<Commit | undefined>;

/** The next work of an instance; undefined when nothing is open. */
const nextWork = (attendance: Attendance, known: Known): Work | undefined => {
  const instance = instanceOf(known);
  const now = nowOf(attendance.own.clock);
  const isRunning = instance.status === 'running';
  if (isRunning && instance.deferred.length > 0) return () => takeUp(attendance, known, instance);
  const [first, ...more] = isRunning ? Object.values(instance.deadlines).filter(({ at }) => at <= now) : [];
  if (first) return () => fire(attendance, [first, ...more]);
  const open = nextSends(instance).some(({ to }) => !attendance.failed.has(to));
  return open ? () => sendOpen(attendance, instance) : undefined;
};

/**
 * Brings the list of deadlines and their one-shots to what an instance has open. Before the work those that are due by now are left to it; after it whatever is
 * open is listed, however its time went by meanwhile.
 */
const seeToDeadlines = async (
  attendance: Attendance,
  known: Known,
  { steps, isBefore = false }: Readonly<{ steps: readonly Commit[]; isBefore?: boolean }>,
): Promise<void> => {
  const { own, deadlines, scheduler, stream, failed } = attendance;
  const keeping = { keys: own.keys, deadlines, scheduler };
  const now = nowOf(own.clock);
  const closed = steps.flatMap(closedBy);
  const isClosed = ({ name, setBy }: NamedDeadline) => closed.some((each) => each.name === name && each.setBy === setBy);
  const isListed = (each: Deadline) => !isClosed(each) && !(isBefore && each.at <= now);
  const open = isBefore || steps.some(listsDeadlines) ? openIn(stream, instanceOf(known)).filter(isListed) : [];
  const drop = async (named: NamedDeadline) => {
    const deadline = await withTime(own.store, instanceOf(known), named);
    if (deadline) await dropDeadline(keeping, deadline);
  };
  try {
    await Promise.all([...open.map((deadline) => keepDeadline(keeping, deadline)), ...closed.map(drop)]);
  } catch (cause) {
    failed.set('deadlines', cause);
  }
};

/** The steps that one attendance may have taken before it failed: what they closed may still be in the list. */
const lastSteps = async ({ own, settings }: Attending, stream: string): Promise<readonly Commit[]> =>
  (await own.store.read(stream, { from: 1, limit: settings.lastSteps, newestFirst: true })).commits;

/**
 * Brings an instance as far as it can go: finishes its open commands, records each outcome with its reaction, fires deadlines, keeps the
 * list of deadlines, until nothing is open. `news` are commits of its own that were just made; without them all of its open
 * work is checked. Several may do this at once, and it may be interrupted anywhere: it throws if it must be retried.
 *
 * The list is brought up to date at the end, so that a deadline which is set and cancelled on the way never gets there. Who comes after a failure has no news,
 * and lists what is open before anything else: what made the first one fail does not take a deadline with it.
 */
export const attend = async (attending: Attending, stream: string, news?: readonly Commit[]): Promise<void> => {
  const { own, settings } = attending;
  const attendance: Attendance = { ...attending, stream, failed: new Map() };
  const began = own.clock.now();
  const atLeast = news && Math.max(...news.map(({ commit }) => commit));
  let known = await stateNow(own, stream, atLeast);
  if (!news) await seeToDeadlines(attendance, known, { steps: await lastSteps(attending, stream), isBefore: true });
  const steps = [...(news ?? [])];
  for (let turn = 0; ; turn++) {
    const work = nextWork(attendance, known);
    if (!work) break;
    if (turn === settings.turns || own.clock.now() - began >= settings.attendMilliseconds)
      throw new TryAgain(`${stream} is not finished yet.`);
    const commit = await work();
    if (commit) steps.push(commit);
    known = await stateNow(own, stream, commit?.commit ?? known.commit);
  }
  await seeToDeadlines(attendance, known, { steps });
  const [cause] = attendance.failed.values();
  if (cause !== undefined) throw cause;
};
