import type { Commit } from '../../core/commit.ts';
import { effectCategory } from '../../core/effect/decider.ts';
import type { AnyProcess } from '../../core/process/process.ts';
import { sourceOf } from '../../core/projection.ts';
import { parseStream } from '../../core/stream.ts';
import { instant, latest, nowOf } from '../instant.ts';
import type { Clock, Log, Queue, Store } from '../ports.ts';
import type { Cursors, Deadline, Deadlines } from '../process/ports.ts';
import { concerns } from '../process/react.ts';
import { openTooLong } from '../process/still-open.ts';
import { compareText } from '../view/lists.ts';
import type { Heads, SweepTarget } from './sweep-target.ts';

/** A process as the sweep sees it. */
export type SweptProcess = Readonly<{
  process: AnyProcess;
  cursors: Pick<Cursors, 'load'> & Readonly<{ heads?: Heads }>;
  queue: Queue;
}>;

type Reading = Readonly<{ store: Pick<Store, 'read'>; clock: Pick<Clock, 'now'> }>;

const takenBy = ({ on, effects = [] }: AnyProcess): string[] => [
  ...Object.keys(on),
  ...effects.map(({ name }) => effectCategory(name)),
];

const sources = ({ process, cursors, queue }: SweptProcess): SweepTarget => ({
  name: process.category,
  id: process.category,
  takes: `${process.category}:${takenBy(process).sort().join()}`,
  concerns: (commit) => concerns(process, commit),
  mayConcern: ({ stream, types }) =>
    (sourceOf(process, stream) !== undefined && types.some((type) => Object.hasOwn(process.on, type))) ||
    (process.effects ?? []).some(({ name }) => parseStream(stream)?.category === effectCategory(name)),
  head: async (stream) => {
    const commit = await cursors.load(stream);
    return commit === undefined ? undefined : { commit };
  },
  ...(cursors.heads && { heads: cursors.heads }),
  queue,
});

/**
 * An instance's own commits have arrived when nothing is left open after the last of them: only it counts, which is read. A deadline that is still to come
 * is not looked after here but in its list; should it never have got there, the first pass after its time finds it.
 */
const instances = ({ process, queue }: SweptProcess, { store, clock }: Reading): SweepTarget => {
  /** A deadline may be far away. */
  const hasMore = (commit: Commit) => openTooLong(commit, '~');
  const isOpen = (commit: Commit) => openTooLong(commit, nowOf(clock));
  return {
    name: `${process.category} (instances)`,
    id: `${process.category} (instances)`,
    takes: `${process.category}:instances`,
    concerns: (commit) =>
      commit.imported === undefined && parseStream(commit.stream)?.category === process.category && hasMore(commit),
    mayConcern: ({ stream }) => parseStream(stream)?.category === process.category,
    head: async (stream) => {
      const { commits } = await store.read(stream, { from: 1, limit: 1, newestFirst: true });
      const [last] = commits;
      if (!last) return undefined;
      if (isOpen(last)) return { commit: last.commit - 1 };
      return { commit: last.commit, ...(hasMore(last) && { waits: 'long' }) };
    },
    queue,
  };
};

/** The targets of a process: the commits that it reacts to, and its own as long as they leave something open. */
export const processTargets = (swept: SweptProcess, reading: Reading): readonly SweepTarget[] => [
  sources(swept),
  instances(swept, reading),
];

/** Deadlines of one process in one run at most: half of them the oldest ones, half from anywhere among the rest. */
const halfAtOnce = 100;
/** Above this many waiting messages a process is late, or down: more of them would not help it. */
const backlog = 100;

type Overdue = Readonly<{
  processes: readonly SweptProcess[];
  deadlines: Pick<Deadlines, 'few' | 'overdue'>;
  /** The position of each process in its other deadlines. A function that forgets it begins at the oldest again. */
  turns: Map<string, string>;
  log: Pick<Log, 'info' | 'warn'>;
}>;

/** Those of a process that were to be before an instant, out of all that there are: the oldest first. */
export const overdueAmong = (
  all: readonly Deadline[],
  ...[process, { from = '', before, limit }]: Parameters<Deadlines['overdue']>
): readonly Deadline[] =>
  all
    .filter(({ instance, at }) => parseStream(instance)?.category === process && at >= from && at < before)
    .toSorted((a, b) => compareText(a.at, b.at))
    .slice(0, limit);

/** One request finds all of them where they are few; where they are many, each process is asked for its own. */
const whereTheyAre = async ({ deadlines, log }: Overdue): Promise<Pick<Deadlines, 'overdue'>> => {
  try {
    const few = await deadlines.few();
    return few ? { overdue: async (...asked) => overdueAmong(few, ...asked) } : deadlines;
  } catch (cause) {
    log.warn('The deadlines could not be read at once.', { cause: String(cause) });
    return deadlines;
  }
};

/** Some that are overdue. Should the oldest ones never be done with, the others still have their turn, run by run. */
const someOverdue = async (
  { deadlines, turns }: Pick<Overdue, 'turns'> & Readonly<{ deadlines: Pick<Deadlines, 'overdue'> }>,
  process: string,
  before: string,
): Promise<readonly Deadline[]> => {
  const oldest = await deadlines.overdue(process, { before, limit: halfAtOnce });
  const last = oldest.at(-1);
  if (!last || oldest.length < halfAtOnce) return oldest;
  const from = latest(turns.get(process), last.at);
  const others = await deadlines.overdue(process, { from, before, limit: halfAtOnce });
  const next = others.length < halfAtOnce ? undefined : others.at(-1)?.at;
  // More of one instant than fit into a turn must not hold up what comes after them.
  if (next === undefined) turns.delete(process);
  else turns.set(process, next > from ? next : instant(Date.parse(from) + 1));
  const isSame = (a: Deadline, b: Deadline) => a.instance === b.instance && a.name === b.name && a.setBy === b.setBy;
  return [...oldest, ...others.filter((other) => !oldest.some((each) => isSame(each, other)))];
};

const sendOverdueOf = async (
  overdue: Overdue,
  deadlines: Pick<Deadlines, 'overdue'>,
  { process: { category }, queue }: SweptProcess,
  before: string,
): Promise<number> => {
  const due = await someOverdue({ ...overdue, deadlines }, category, before);
  if (due.length === 0) return 0;
  if ((await queue.depth()).waiting > backlog) {
    overdue.log.info('A process is behind; the sweep skips its deadlines this time.', {
      process: category,
      deadlines: due.length,
    });
    return 0;
  }
  const failed = await queue.send(due.map((each) => ({ due: each })));
  return due.length - failed.length;
};

/**
 * Tells each process which of its deadlines should have fired by now. A repeated message does nothing, and neither does one about a
 * deadline that fired meanwhile; a failure for one process does not hold up another. Answers the number of messages.
 */
export const sendOverdue = async (overdue: Overdue, before: string): Promise<number> => {
  const deadlines = await whereTheyAre(overdue);
  const sent = await Promise.all(
    overdue.processes.map(async (swept) => {
      try {
        return await sendOverdueOf(overdue, deadlines, swept, before);
      } catch (cause) {
        overdue.log.warn('The deadlines of a process could not be checked.', {
          process: swept.process.category,
          cause: String(cause),
        });
        return 0;
      }
    }),
  );
  return sent.reduce((total, each) => total + each, 0);
};
