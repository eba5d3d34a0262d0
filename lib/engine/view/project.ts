import type { Commit } from '../../core/commit.ts';
import { streamKey } from '../../core/projection.ts';
import { untilWon } from '../again.ts';
import { runTasks, type Task } from '../delivery/batch.ts';
import type { Delivered, Delivery } from '../delivery/delivered.ts';
import { nowOf } from '../instant.ts';
import type { Page, ViewItem } from '../ports.ts';
import { isPurged } from '../store/purged.ts';
import { following, type StreamBatch, streamBatch, withGapsFilled } from '../store/read-all.ts';
import { applyInPortions } from './apply.ts';
import { isSettled } from './kept-heads.ts';
import { emptyHead, kindOf } from './kinds/index.ts';
import type { BegunHead, Change } from './kinds/kind.ts';
import type { Projecting } from './projecting.ts';
import { together } from './together.ts';
import { written } from './view-item.ts';

/** A purged stream has no rows: what was made of its commits goes, as if it had been folded anew and had never had any events. */
const emptied = (projecting: Projecting, there: ViewItem | undefined, { stream, commit, purged = commit }: Commit) => {
  const { projection } = projecting;
  const at = { key: streamKey(projection, stream), stream };
  const fold = async () => ({ ...emptyHead(projection, at), commit: purged });
  return kindOf(projection).refold(projecting, { there, at, row: undefined, fold });
};

/**
 * Applies commits as they come, in bounded memory. A view with many rows writes on the way; a view with one row, or with contributions,
 * writes when a page of the table is folded and there are more. So if a long catch-up is interrupted, the next try continues after the last
 * page. Answers the head, or undefined after a lost race.
 */
export const applyAll = async (
  projecting: Projecting,
  start: ViewItem | undefined,
  parts: AsyncIterable<Page> | Iterable<Page>,
  /** The head that is folded already and was not worth writing. */
  ahead = start,
) => {
  const { projection, clock } = projecting;
  const kind = kindOf(projection);
  const now = () => nowOf(clock);
  let stored = start;
  let head = ahead;
  let made: Change | undefined;
  const put = async (change: Change) => {
    stored = await kind.write(projecting, stored, change);
    head = stored;
    return stored !== undefined && !stored.parked;
  };
  /** Answers whether the next page follows. */
  const goesOn = async ({ commits, next }: Page): Promise<boolean> => {
    const gone = commits.find(isPurged);
    if (gone) {
      stored = await emptied(projecting, stored, gone);
      return false;
    }
    for (const change of applyInPortions(projection, head, commits, now)) {
      made = head === stored ? change : undefined;
      head = change.head;
      if ((change.rows.length > 0 || head.parked) && !(await put(change))) return false;
    }
    return next === undefined || !head || head === stored || put({ rows: [], head });
  };
  // Pages that are at hand are not awaited one by one: most are of one commit.
  if (Symbol.asyncIterator in parts) {
    for await (const page of parts) if (!(await goesOn(page))) return stored;
  } else for (const page of parts) if (!(await goesOn(page))) return stored;
  return head === stored || !head
    ? head
    : kind.write(projecting, stored, made?.head === head ? { ...made, rows: [] } : { rows: [], head });
};

/** Completes a change that was begun, whoever began it: only shared rows leave one behind. Undefined after a lost race. */
export const finished = (projecting: Projecting, head: BegunHead) => kindOf(projecting.projection).finish(projecting, head);

/** A head that is not parked and has nothing begun, or none; `again` if others were faster. */
export const takenUp = async (projecting: Projecting, there: ViewItem | undefined): Promise<ViewItem | 'again' | undefined> => {
  if (!there) return undefined;
  const { parked, ...unmarked } = there;
  // The mark is removed before the table is read: commits that were dropped because of the mark are then in the table.
  if (parked && (await projecting.view.putHead(unmarked, there)) !== 'written') return 'again';
  const head = parked ? written(unmarked, there) : there;
  return head.begun ? ((await finished(projecting, { ...head, begun: head.begun })) ?? 'again') : head;
};

/** While a revision is being built, all of its history is on its way to it already: what does not follow is noted, and read when that is over. */
const isBuilding = async ({ building }: Projecting, options?: Readonly<{ now: boolean }>): Promise<boolean> =>
  building !== undefined && (await building.phase(options)) === 'building';

/** The commits to apply to a head, or `noted` where nothing can be applied and the stream was noted as dirty. */
const toApply = async (
  projecting: Projecting,
  stream: string,
  cursor: number | undefined,
  batch: StreamBatch,
): Promise<AsyncIterable<Page> | readonly Page[] | 'noted'> => {
  const all = () => withGapsFilled(projecting.store, stream, batch, cursor);
  if (!(await isBuilding(projecting))) return all();
  const run = following(batch, cursor ?? 0);
  if (run.at(-1)?.commit === batch.last) return [{ commits: run }];
  if (!(await isBuilding(projecting, { now: true }))) return all();
  await projecting.building?.dirty.note({ stream, commit: batch.last });
  return run.length > 0 ? [{ commits: run }] : 'noted';
};

/** The line of the log that raises the alarm. */
export const logParked = ({ log, projection }: Projecting, head: ViewItem | undefined): void => {
  if (head?.parked) log.error('A stream is parked.', { projection: projection.name, stream: head.stream, ...head.parked });
};

/** The error when other writers of a stream's head are faster in every try. */
export const contended = (stream: string): string => `${stream} is being projected by others at the same time.`;

/** A purge is the one commit for which a parked stream is taken up again: there is nothing left that could throw. */
const isPurge = (delivered: Delivered): boolean => 'purge' in delivered;

/**
 * Commits to apply with nothing read: those that directly follow on a head that this instance has written, or that begin a stream. The head's
 * condition says whether they still do. No delivery is ever dropped because of a kept head, which may say that a stream is further than it is.
 */
const unread = ({ heads }: Projecting, key: string, batch: StreamBatch) => {
  if (!heads) return undefined;
  const head = heads.take(key);
  if (head ? !isSettled(head) : !heads.takesForNew) return undefined;
  const commits = following(batch, head?.commit ?? 0);
  return commits.at(-1)?.commit === batch.last ? { head, commits } : undefined;
};

/** Applies a stream up to the last delivered commit, exactly once and in order, beside any other delivery. */
const projectStream = async (projecting: Projecting, stream: string, deliveries: readonly Delivered[]): Promise<void> => {
  const batch = streamBatch(deliveries);
  const key = streamKey(projecting.projection, stream);
  const head = await untilWon(contended(stream), async (race) => {
    const next = race > 0 ? undefined : unread(projecting, key, batch);
    if (next) return (await applyAll(projecting, next.head, [next])) ?? 'again';
    const there = (race > 0 && projecting.heads?.take(key)) || (await projecting.view.head(key));
    if (there && there.commit >= batch.last) return undefined;
    if (there?.parked && !deliveries.some(isPurge)) return undefined;
    const start = await takenUp(projecting, there);
    if (start === 'again') return 'again';
    if (start?.parked) return start;
    const pages = await toApply(projecting, stream, start?.commit, batch);
    if (pages === 'noted') return undefined;
    return (await applyAll(projecting, start, pages)) ?? 'again';
  });
  logParked(projecting, head);
};

/** Projects a batch, grouped by stream, and answers the ids of the records to retry. */
export const projectBatch = (projecting: Projecting, batch: readonly Delivery[]): Promise<readonly string[]> => {
  const { log, projection } = projecting;
  const byStream = Map.groupBy(batch, ({ delivered }) => delivered.stream);
  const batched = together(projecting);
  const inBatch: Projecting = { ...projecting, together: batched };
  const tasks = [...byStream].map(([stream, all]): Task => {
    const deliveries = all.map(({ delivered }) => delivered);
    return {
      ids: all.map(({ id }) => id),
      run: () => batched.during(() => projectStream(inBatch, stream, deliveries)),
      onFailure: (cause) =>
        log.warn('Not projected yet; the records are retried.', {
          projection: projection.name,
          stream,
          correlations: deliveries.map(({ meta }) => meta.correlation),
          cause: String(cause),
        }),
    };
  });
  return runTasks(tasks);
};
