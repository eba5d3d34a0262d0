import type { Commit } from '../../core/commit.ts';
import type { AnyProcess } from '../../core/process.ts';
import { parseStream } from '../../core/stream.ts';
import { nowOf } from '../instant.ts';
import type { Clock, Queue, Store } from '../ports.ts';
import type { Target } from '../sweep-target.ts';
import { openTooLong, overdueDeadlines } from './open.ts';
import type { Cursors, Deadlines } from './ports.ts';
import { concerns } from './react.ts';

/** A process as the sweep sees it. */
export type SweptProcess = Readonly<{ process: AnyProcess; cursors: Pick<Cursors, 'load'>; queue: Queue }>;

type Reading = Readonly<{ store: Pick<Store, 'read'>; clock: Pick<Clock, 'now'> }>;

const sources = ({ process, cursors, queue }: SweptProcess): Target => ({
  name: process.category,
  takes: `${process.category}:${Object.keys(process.on).sort().join()}`,
  concerns: (commit) => concerns(process, commit),
  head: async (stream) => {
    const commit = await cursors.load(stream);
    return commit === undefined ? undefined : { commit };
  },
  queue,
});

/**
 * An instance's own commits have arrived when nothing is left open after the last of them: only it counts, which is read. A deadline that is still to come
 * is not looked after here but in its list; should it never have got there, a thorough pass finds it.
 */
const instances = ({ process, queue }: SweptProcess, { store, clock }: Reading): Target => {
  const isOpen = (commit: Commit) => openTooLong(commit, nowOf(clock));
  return {
    name: `${process.category} (instances)`,
    takes: `${process.category}:instances`,
    concerns: (commit) =>
      commit.imported === undefined && parseStream(commit.stream)?.category === process.category && isOpen(commit),
    head: async (stream) => {
      const { commits } = await store.read(stream, { from: 1, limit: 1, newestFirst: true });
      const [last] = commits;
      return last && { commit: isOpen(last) ? last.commit - 1 : last.commit };
    },
    queue,
  };
};

/** What should arrive at a process: the commits that it reacts to, and its own as long as they leave something open. */
export const processTargets = (swept: SweptProcess, reading: Reading): readonly Target[] => [
  sources(swept),
  instances(swept, reading),
];

/** Deadlines of one run at most: more come with the next one. */
const overdueAtOnce = 500;

/** Says to the processes which of their deadlines should have fired by now. What is said twice, or came meanwhile, does nothing. Answers how many. */
export const sendOverdue = async (
  processes: readonly SweptProcess[],
  deadlines: Pick<Deadlines, 'overdue'>,
  before: string,
): Promise<number> => {
  const messages = await overdueDeadlines(deadlines, before, overdueAtOnce);
  let sent = 0;
  for (const { process, queue } of processes) {
    const own = messages.filter(
      (message) => 'due' in message && parseStream(message.due.instance)?.category === process.category,
    );
    const failed = own.length === 0 ? [] : await queue.send(own);
    sent += own.length - failed.length;
  }
  return sent;
};
