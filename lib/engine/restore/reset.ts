import { processDecider } from '../../core/process/decider.ts';
import type { Instance } from '../../core/process/instance.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { untilWon } from '../again.ts';
import { atOnce } from '../at-once.ts';
import { instant } from '../instant.ts';
import type { SweepPlaces } from '../operate/ports.ts';
import type { Keys, Scanner, Store } from '../ports.ts';
import { dropDeadline, openIn } from '../process/deadlines.ts';
import type { Deadline, ProcessMessage } from '../process/ports.ts';
import { causesIn } from '../process/react.ts';
import { lookMessage } from '../schedule/route.ts';
import { sendOrders } from '../send-orders.ts';
import { foldCommit } from '../store/fold-commit.ts';
import { readAll } from '../store/read-all.ts';
import type { RefoldOrder } from '../view/refold.ts';
import type { RestoredAnnouncer, RestoredProcess, RestoredSchedule, RestoredView } from './ports.ts';
import { type Fault, type Survey, survey } from './survey.ts';

/** The consumers of the commits after a restore, and the ports to reset them. */
export type Resetting = Readonly<{
  scanner: Scanner;
  store: Store;
  keys: Pick<Keys, 'hash'>;
  places: SweepPlaces;
  processes: readonly RestoredProcess[];
  schedules: readonly RestoredSchedule[];
  views: readonly RestoredView[];
  announcers: readonly RestoredAnnouncer[];
  segments: number;
  /** The correlation id of the requests to views, for traces. */
  correlation: string;
  seen?: (commits: number) => void;
}>;

/** The instant that the commits were restored to (milliseconds), and how late a process may have been with a commit then. */
export type RestoredTo = Readonly<{ to: number; lateMilliseconds: number }>;

/** The result for one consumer. */
export type Reset = Readonly<{ consumer: string; cursors: number; moved: number; deadlines?: number; attended?: number }>;

export type Restored = Readonly<{ faults: readonly Fault[] } | { commits: number; streams: number; resets: readonly Reset[] }>;

const itemsAtOnce = 25;

/** Runs a function for each of possibly very many items, some at the same time. Returns the number of items and the sum of the results. */
const total = async <T>(
  items: AsyncIterable<T>,
  run: (item: T) => Promise<number>,
): Promise<readonly [all: number, sum: number]> => {
  let [all, sum] = [0, 0];
  let waiting: T[] = [];
  const flush = async () => {
    const done = await atOnce(itemsAtOnce, waiting, run);
    all += waiting.length;
    sum += done.reduce((a, b) => a + b, 0);
    waiting = [];
  };
  for await (const item of items) {
    waiting.push(item);
    if (waiting.length >= 10 * itemsAtOnce) await flush();
  }
  await flush();
  return [all, sum];
};

/**
 * The last commit of a source on which a process has certainly decided for all instances concerned. A source is processed in order, so
 * everything before a decision was decided earlier. On one commit several instances decide independently, and on many events in several
 * steps, so a decision on the last one may have been lost.
 */
const surelyDecided = async ({ store }: Resetting, known: Survey, process: AnyProcess, stream: string): Promise<number> => {
  const last = known.decided(process.category, stream);
  const commit = last === 0 ? undefined : await store.find(stream, last);
  const [only, ...others] = commit ? causesIn(process, commit).values() : [];
  return only?.length === 1 && others.length === 0 ? last : Math.max(0, last - 1);
};

/**
 * The cursor from which a process continues in a source: not beyond the source's end, and not beyond a decision that was lost. A decision
 * is made after its commit, so the restored commits may have the commit without the decision. Older commits than the process may have been
 * late with are not offered again: a reaction that decided nothing then could decide something now.
 */
const placeIn = async (resetting: Resetting, known: Survey, process: AnyProcess, stream: string, cursor: number) => {
  // Neither is beyond the stream's end.
  const sure = await surelyDecided(resetting, known, process, stream);
  return Math.max(sure, Math.min(cursor, known.lastBefore(stream)));
};

const resetCursor = async (
  resetting: Resetting,
  known: Survey,
  { process, cursors }: RestoredProcess,
  { stream, commit }: Readonly<{ stream: string; commit: number }>,
): Promise<number> => {
  let from: number | undefined = commit;
  return untilWon(`${process.category} moves its cursor of ${stream} at the same time: stop it first.`, async (race) => {
    if (from === undefined) return 'again';
    const to = await placeIn(resetting, known, process, stream, from);
    if (to === from) return race === 0 ? 0 : 1;
    if (await cursors.move(stream, to, from)) return 1;
    from = await cursors.load(stream);
    return 'again';
  });
};

const instanceIn = async ({ store }: Pick<Resetting, 'store'>, process: AnyProcess, stream: string): Promise<Instance> => {
  const decider = processDecider(process);
  let state: unknown = decider.initial;
  for await (const { commits } of readAll(store, stream, { from: 1 }))
    for (const commit of commits) state = foldCommit(decider, state, commit);
  return state as Instance;
};

/** A deadline that no commit has set any more goes, with its one-shot: another one may get its name and number, with another time. */
const resetDeadline = async (
  resetting: Resetting,
  { process, deadlines, scheduler }: RestoredProcess,
  deadline: Deadline,
): Promise<number> => {
  const { instance, name, setBy, at } = deadline;
  const open = openIn(instance, await instanceIn(resetting, process, instance));
  if (open.some((each) => each.name === name && each.setBy === setBy && each.at === at)) return 0;
  await dropDeadline({ keys: resetting.keys, deadlines, scheduler: { ...scheduler, set: async () => {} } }, deadline);
  return 1;
};

const resetProcess = async (resetting: Resetting, known: Survey, restored: RestoredProcess): Promise<Reset> => {
  const { process, cursors, deadlines, queue } = restored;
  const { category } = process;
  const [all, moved] = await total(cursors.each(), (cursor) => resetCursor(resetting, known, restored, cursor));
  const [, dropped] = await total(deadlines.each(), (deadline) => resetDeadline(resetting, restored, deadline));
  // Their sends may have lost their effects, and their deadlines their one-shots: looked at without news, all that is open is seen to.
  const open = known.openInstances(category);
  const orders = open.map((instance): ProcessMessage => ({ attend: { instance } }));
  await sendOrders(queue, category, orders);
  return { consumer: category, cursors: all, moved, deadlines: dropped, attended: open.length };
};

/**
 * Has a schedule deal again with all times from an instant on, and with one that is running: the commits of its commands may be gone. Who still has the
 * command of a time does not get it again.
 */
const resetSchedule = async ({ name, progresses, queue }: RestoredSchedule, from: string): Promise<Reset> => {
  const moved = await untilWon(`The schedule ${name} runs at the same time: stop it first.`, async () => {
    const loaded = await progresses.load(name);
    if (!loaded || (loaded.through <= from && !loaded.running)) return 0;
    const { running: _, ...rest } = loaded;
    const through = loaded.through < from ? loaded.through : from;
    return (await progresses.save(name, { ...rest, through, writes: loaded.writes + 1 }, loaded.writes)) ? 1 : 'again';
  });
  await sendOrders(queue, name, [lookMessage(name)]);
  return { consumer: name, cursors: 1, moved };
};

/** A view's own function refolds the streams whose cursor is beyond their end. */
const resetView = async (
  { correlation }: Resetting,
  { lastOf }: Survey,
  { projection, heads, queue }: RestoredView,
): Promise<Reset> => {
  const consumer = `${projection.name}.r${projection.revision}`;
  const beyond = new Set<string>();
  const [cursors, moved] = await total(heads.each(), async ({ stream, commit }) => {
    if (commit <= lastOf(stream) || beyond.has(stream)) return 0;
    beyond.add(stream);
    const order: RefoldOrder = { refold: { stream, correlation } };
    await sendOrders(queue, consumer, [order]);
    return 1;
  });
  return { consumer, cursors, moved };
};

/** Events that were announced stay announced; new events at the numbers of lost ones are announced too. */
const resetHead = async (
  { lastOf }: Survey,
  { projection, view }: RestoredAnnouncer,
  { key, stream }: Readonly<{ key: string; stream: string }>,
): Promise<number> => {
  return untilWon(`${projection.name} moves its cursor of ${stream} at the same time: stop it first.`, async () => {
    const head = await view.head(key);
    if (!head || head.commit <= lastOf(stream)) return 0;
    // This removes the mark too: the commit that could not be applied is gone.
    const { parked: _, ...unmarked } = head;
    return (await view.putHead({ ...unmarked, commit: lastOf(stream) }, head)) === 'written' ? 1 : 'again';
  });
};

const resetAnnouncer = async (known: Survey, restored: RestoredAnnouncer): Promise<Reset> => {
  const [cursors, moved] = await total(restored.heads.each(), (head) => resetHead(known, restored, head));
  return { consumer: restored.projection.name, cursors, moved };
};

/** The next sweep looks at everything. */
const resetSweep = async ({ places }: Resetting): Promise<void> => {
  await untilWon('The sweep runs at the same time. Do the same again.', async () => {
    const there = await places.load();
    if (!there || there.targets === '') return undefined;
    const { checkedBefore: _, leaving: __, left: ___, after: ____, ...place } = there;
    return (await places.save({ ...place, targets: '' }, there.run)) ? undefined : 'again';
  });
};

/**
 * Makes all consumers agree with restored commits: no cursor is beyond its stream, or behind a decision that was lost. It changes nothing
 * if the commits are incomplete. A second run changes nothing more.
 */
export const resetToRestored = async (resetting: Resetting, { to, lateMilliseconds }: RestoredTo): Promise<Restored> => {
  const { scanner, processes, schedules, views, announcers, segments, seen } = resetting;
  const categories = processes.map(({ process }) => process.category);
  const known = await survey({ scanner, processes: categories, segments, ...(seen && { seen }) }, instant(to - lateMilliseconds));
  if (known.faults.length > 0) return { faults: known.faults };
  const resets: Reset[] = [];
  for (const process of processes) resets.push(await resetProcess(resetting, known, process));
  for (const schedule of schedules) resets.push(await resetSchedule(schedule, instant(to - lateMilliseconds)));
  for (const announcer of announcers) resets.push(await resetAnnouncer(known, announcer));
  for (const view of views) resets.push(await resetView(resetting, known, view));
  await resetSweep(resetting);
  return { commits: known.commits, streams: known.streams, resets };
};
