import type { Commit } from '../../core/commit.ts';
import { streamKey } from '../../core/projection.ts';
import { runTasks, type Task } from '../delivery/batch.ts';
import type { Delivered, Delivery } from '../delivery/delivered.ts';
import { nowOf } from '../instant.ts';
import type { Store, ViewItem } from '../ports.ts';
import { numbersAfter, type Part, races, readParts, TryAgain } from '../store/read-all.ts';
import { applyInPortions } from './apply.ts';
import { kindOf } from './kinds/index.ts';
import type { BegunHead, Change } from './kinds/kind.ts';
import type { Projecting } from './projecting.ts';
import { written } from './view-item.ts';

/** What is to be applied on a cursor: what was delivered, and from the table what was not. */
async function* wanted(
  store: Store,
  stream: string,
  head: ViewItem | undefined,
  delivered: ReadonlyMap<number, Commit>,
  last: number,
): AsyncGenerator<Part> {
  if (!head) return yield* readParts(store, stream, { from: 1 }, last);
  const numbers = numbersAfter(head.commit, last);
  const missing = numbers.filter((n) => !delivered.has(n));
  const [from, to] = [missing[0] ?? last + 1, missing.at(-1) ?? last];
  yield { commits: numbers.flatMap((n) => (n < from ? (delivered.get(n) ?? []) : [])) };
  if (from <= to) yield* readParts(store, stream, { from, to }, to);
  yield { commits: numbers.flatMap((n) => (n > to ? (delivered.get(n) ?? []) : [])) };
}

/**
 * Applies commits as they come, in bounded memory. Many rows are written on the way; one row, or a share in some, when a page of the table is
 * folded and there are more: whatever cuts a long catch-up off, the next try goes on behind the last page. Answers the head, or undefined if
 * another was faster.
 */
export const applyAll = async (
  projecting: Projecting,
  start: ViewItem | undefined,
  parts: AsyncIterable<Part> | Iterable<Part>,
  /** What is folded already and was not worth writing. */
  ahead = start,
) => {
  const { projection, clock } = projecting;
  const kind = kindOf(projection);
  let stored = start;
  let head = ahead;
  const put = async (change: Change) => {
    stored = await kind.write(projecting, stored, change);
    head = stored;
    return stored !== undefined && !stored.parked;
  };
  for await (const { commits, more } of parts) {
    for (const change of applyInPortions(projection, head, commits, () => nowOf(clock))) {
      head = change.head;
      if ((change.rows.length > 0 || head.parked) && !(await put(change))) return stored;
    }
    if (more && head && head !== stored && !(await put({ rows: [], head }))) return stored;
  }
  return head === stored || !head ? head : kind.write(projecting, stored, { rows: [], head });
};

/** Ends a begun change, whoever began it: only shared rows leave one behind. Undefined if others were faster. */
export const finished = (projecting: Projecting, head: BegunHead) => kindOf(projecting.projection).finish(projecting, head);

/** A head that is not parked and has nothing begun, or none; `again` if others were faster. */
export const takenUp = async (projecting: Projecting, there: ViewItem | undefined): Promise<ViewItem | 'again' | undefined> => {
  if (!there) return undefined;
  const { parked, ...unmarked } = there;
  // The mark goes before the table is read: whatever is dropped because of the mark is then in the table to be read.
  if (parked && !(await projecting.view.putHead(unmarked, there))) return 'again';
  const head = parked ? written(unmarked, there) : there;
  return head.begun ? ((await finished(projecting, { ...head, begun: head.begun })) ?? 'again') : head;
};

/** What was delivered that follows on a cursor with nothing missing in between. */
const following = (head: ViewItem | undefined, delivered: ReadonlyMap<number, Commit>): readonly Commit[] => {
  const run: Commit[] = [];
  for (let n = (head?.commit ?? 0) + 1; ; n++) {
    const commit = delivered.get(n);
    if (!commit) return run;
    run.push(commit);
  }
};

/** While a revision is being built, all of its history is on its way to it already: what does not follow is noted, and read when that is over. */
const isBuilding = async ({ building }: Projecting, options?: Readonly<{ now: boolean }>): Promise<boolean> =>
  building !== undefined && (await building.phase(options)) === 'building';

/** What of a delivery is to be applied on a head, or that nothing is since the stream was noted. */
const toApply = async (
  projecting: Projecting,
  stream: string,
  head: ViewItem | undefined,
  delivered: ReadonlyMap<number, Commit>,
  last: number,
): Promise<AsyncIterable<Part> | readonly Part[] | 'noted'> => {
  const all = () => wanted(projecting.store, stream, head, delivered, last);
  if (!(await isBuilding(projecting))) return all();
  const run = following(head, delivered);
  if (run.at(-1)?.commit === last) return [{ commits: run }];
  if (!(await isBuilding(projecting, { now: true }))) return all();
  await projecting.building?.dirty.note({ stream, commit: last });
  return run.length > 0 ? [{ commits: run }] : 'noted';
};

/** Brings a stream up to the last commit that was delivered, exactly once and in order, whatever else is delivered beside it. */
const projectStream = async (projecting: Projecting, stream: string, deliveries: readonly Delivered[]): Promise<void> => {
  const { view, log, projection } = projecting;
  const whole = new Map(
    deliveries.flatMap((delivered) => ('pointer' in delivered ? [] : [[delivered.commit, delivered] as const])),
  );
  const last = Math.max(...deliveries.map(({ commit }) => commit));
  const key = streamKey(projection, stream);
  for (let race = 0; race < races; race++) {
    let start = await view.head(key);
    if (start?.parked || (start && start.commit >= last)) return;
    if (start?.begun) {
      start = await finished(projecting, { ...start, begun: start.begun });
      if (!start) continue;
    }
    const pages = start?.parked ? undefined : await toApply(projecting, stream, start, whole, last);
    if (pages === 'noted') return;
    const head = pages ? await applyAll(projecting, start, pages) : start;
    if (head?.parked) log.error('A stream is parked.', { projection: projection.name, stream, ...head.parked });
    if (head) return;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

/** Projects a batch, grouped by stream, and answers the ids of the records to retry. */
export const projectBatch = (projecting: Projecting, batch: readonly Delivery[]): Promise<readonly string[]> => {
  const { log, projection } = projecting;
  const byStream = Map.groupBy(batch, ({ delivered }) => delivered.stream);
  const tasks = [...byStream].map(([stream, all]): Task => {
    const deliveries = all.map(({ delivered }) => delivered);
    return {
      ids: all.map(({ id }) => id),
      run: () => projectStream(projecting, stream, deliveries),
      onFailure: (cause) =>
        log.warn('Not projected yet; the records come again.', {
          projection: projection.name,
          stream,
          correlations: deliveries.map(({ meta }) => meta.correlation),
          cause: String(cause),
        }),
    };
  });
  return runTasks(tasks);
};
