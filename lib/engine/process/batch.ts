import { type Commit, trailOf } from '../../core/commit.ts';
import { closedBy, listsDeadlines } from '../../core/process/rest.ts';
import { parseStream } from '../../core/stream.ts';
import { TryAgain } from '../again.ts';
import { stateNow } from '../command/state-now.ts';
import { runTasks, type Task } from '../delivery/batch.ts';
import type { Delivered } from '../delivery/delivered.ts';
import { nowOf } from '../instant.ts';
import { attend, instanceOf, stepIn } from './attend.ts';
import { withTime } from './deadlines.ts';
import type { Arrived, NamedDeadline, Order, ProcessMessage } from './ports.ts';
import type { Reacting } from './react.ts';
import { reactTo } from './source.ts';
import { stillOpen } from './still-open.ts';

/** True if a commit of an instance leaves nothing to do, as it says itself; an imported commit repeats no side effect. */
const isQuiet = (commit: Commit, now: string): boolean => {
  if (commit.imported !== undefined) return true;
  const open = stillOpen(commit);
  const waits = open && open.sends === 0 && open.deferred === 0 && (open.due === undefined || open.due > now);
  return waits === true && !listsDeadlines(commit) && closedBy(commit).length === 0;
};

/** An instance's own commits, which the sweep sends where they left something open: it is carried out, whoever decided it. */
const attendOwn = async (reacting: Reacting, stream: string, deliveries: readonly Delivered[]): Promise<void> => {
  const { store, clock } = reacting.own;
  const now = nowOf(clock);
  const found = await Promise.all(deliveries.map((each) => ('pointer' in each ? store.find(stream, each.commit) : each)));
  const news = found.filter((commit) => commit !== undefined);
  if (news.length < found.length) throw new TryAgain(`${stream}: a commit cannot be read yet.`);
  const toDo = news.filter((commit) => !isQuiet(commit, now));
  if (toDo.length > 0) await attend(reacting, stream);
};

/**
 * A deadline's message. A deadline that is not open any more, or whose instance is stuck or parked, is removed from the list: a resume
 * lists it again. So is one whose time is not that of the open one: it is of a history that a restore took away.
 */
const attendDue = async (reacting: Reacting, named: NamedDeadline) => {
  const { own, deadlines } = reacting;
  const { instance: stream, name, setBy, at } = named;
  const instance = instanceOf(await stateNow(own, stream));
  const deadline = Object.hasOwn(instance.deadlines, name) ? instance.deadlines[name] : undefined;
  const isOpen = deadline?.setBy === setBy && (at ?? deadline.at) === deadline.at;
  if (!isOpen || instance.status !== 'running') {
    const gone = await withTime(own.store, instance, named);
    if (gone) await deadlines.remove(gone);
    // It may have fired, for a function that got no further than that.
    return attend(reacting, stream);
  }
  if (Date.parse(deadline.at) > own.clock.now()) throw new TryAgain(`${stream}: the deadline '${name}' came before its time.`);
  await attend(reacting, stream);
};

const steps = { resume: 'Resume', retry: 'Retry', resolve: 'Resolve' } as const;

/** An operator's order; one that comes twice is one step. */
const carryOut = async (reacting: Reacting, order: keyof typeof steps, asked: Order) => {
  const { instance, reason, by, correlation } = asked;
  await stepIn(reacting, instance, {
    id: `${instance}/order/${correlation}`,
    step: { type: steps[order], data: { by, why: reason } },
    // The order's own; what follows from it keeps that of its first cause.
    trail: trailOf(asked),
    causation: correlation,
    actor: by,
  });
  // An order that comes again finds what its first function left.
  await attend(reacting, instance);
};

const obey = async (reacting: Reacting, message: ProcessMessage): Promise<void> => {
  if ('due' in message) return attendDue(reacting, message.due);
  if ('attend' in message) return attend(reacting, message.attend.instance);
  if ('resume' in message) return carryOut(reacting, 'resume', message.resume);
  if ('retry' in message) return carryOut(reacting, 'retry', message.retry);
  return carryOut(reacting, 'resolve', message.resolve);
};

/** For the log, which is not to know what an operator wrote. */
const aboutOf = (message: ProcessMessage): string =>
  Object.entries(message)
    .map(([kind, { instance }]) => `${kind} ${instance}`)
    .join();

/** Works through a batch: source commits by stream, an instance's own commits, and messages. Answers the ids of the records to retry. */
export const reactBatch = (reacting: Reacting, batch: readonly Arrived[]): Promise<readonly string[]> => {
  const { process, own } = reacting;
  const taskOf = (ids: readonly string[], about: string, run: () => Promise<void>): Task => ({
    ids,
    run,
    onFailure: (cause) =>
      own.log.warn('Not finished yet; the records are retried.', { process: process.category, about, cause: String(cause) }),
  });
  const commits = batch.flatMap((each) => ('delivered' in each ? [each] : []));
  const byStream = [...Map.groupBy(commits, ({ delivered }) => delivered.stream)].map(([stream, all]) => {
    const deliveries = all.map(({ delivered }) => delivered);
    const isOwn = parseStream(stream)?.category === process.category;
    return taskOf(
      all.map(({ id }) => id),
      stream,
      () => (isOwn ? attendOwn(reacting, stream, deliveries) : reactTo(reacting, stream, deliveries)),
    );
  });
  const messages = batch.flatMap((each) =>
    'message' in each ? [taskOf([each.id], aboutOf(each.message), () => obey(reacting, each.message))] : [],
  );
  return runTasks([...byStream, ...messages]);
};
