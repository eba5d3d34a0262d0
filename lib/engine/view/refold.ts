import { type AnyProjection, type AnySharedRows, streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import { nowOf } from '../instant.ts';
import type { View, ViewItem, ViewReader } from '../ports.ts';
import { foldAfresh } from './fold-afresh.ts';
import { finished, type Projecting, races, rowsAtOnce, TryAgain, takenUp } from './project.ts';
import { contributed, sameShares, shareChange } from './shares.ts';
import { written } from './view-item.ts';
import { putFitted, rowsPerTransaction, writeShares } from './write-shares.ts';

/** What an operator sends to a projection's queue: fold this stream anew; `row` names one in which it may have a share that it should not. */
export type RefoldOrder = Readonly<{ refold: Readonly<{ stream: string; correlation: string; row?: string }> }>;

/** Folding anew also reads the rows that are there. */
export type Refolding = Projecting & Readonly<{ view: View & Pick<ViewReader, 'rowsOf' | 'parts' | 'sharesIn'> }>;

type Sharing = Projecting & Readonly<{ projection: AnyProjection & AnySharedRows }>;

const isSharing = <P extends Projecting>(projecting: P): projecting is P & Sharing =>
  projecting.projection.kind === 'shared-rows';
const writingOf = ({ view, clock }: Projecting) => ({ view, clock, now: () => nowOf(clock) });

const outOf = async (projecting: Projecting, head: ViewItem): Promise<ViewItem | undefined> => {
  if (!isSharing(projecting))
    throw new Error(`${projecting.projection.name} shares no rows: its streams leave no trace in each other's.`);
  const { projection } = projecting;
  const whole = head.begun ? await finished(projecting, { ...head, begun: head.begun }) : head;
  // A begun change that cannot be ended has parked the stream again: what it contributes is known when that is mended.
  if (!whole || whole.begun) return whole;
  const { key, sort, stream } = whole;
  return writeShares(projection, writingOf(projecting), whole, { key, sort, stream, commit: 0, memory: projection.initial });
};

/**
 * Takes all that a stream contributed out of the shared rows, exactly, and puts its cursor back to the beginning: the next commit that is
 * delivered, or a refold, brings in what its history comes to by then. Not for rows with highest values, which no contribution can leave.
 */
export const takeOut = async (projecting: Projecting, stream: string): Promise<ViewItem | undefined> => {
  const key = streamKey(projecting.projection, stream);
  for (let race = 0; race < races; race++) {
    const head = await projecting.view.head(key);
    if (!head || (head.commit === 0 && !head.begun)) return head;
    const out = await outOf(projecting, head);
    if (out) return out;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};

/** A cursor in front of all commits: what is left of a stream that has none. */
const nothingOf = ({ projection }: Projecting, { key, stream }: Pick<ViewItem, 'key' | 'stream'>): ViewItem => ({
  key,
  sort: 'head',
  stream,
  commit: 0,
  ...(projection.kind !== 'row-per-stream' && { memory: projection.initial }),
});

/**
 * Brings the stored shares of a stream to what its head says, row by row. They are the same unless somebody changed one behind our back; and
 * what is written after this goes by the head, which is answered; undefined if others were faster.
 */
const level = async (
  { projection, view, clock }: Sharing,
  head: ViewItem,
  rows: ReadonlySet<string>,
): Promise<ViewItem | undefined> => {
  const wanted = contributed(projection, head);
  const stored = await view.shares(head.stream, [...rows]);
  const changes = [...rows].flatMap((row) => {
    const [share, should] = [stored.get(row), wanted.get(row)];
    const { stream, commit } = head;
    return sameShares(share, should) ? [] : [shareChange(projection, { stream, commit, row }, share, should)];
  });
  let there = head;
  for (let i = 0; i < changes.length; i += rowsPerTransaction) {
    const outcome = await putFitted({ view, clock }, there, there, changes.slice(i, i + rowsPerTransaction));
    if (outcome !== 'written') return undefined;
    there = written(there, there);
  }
  return there;
};

const refoldShares = async (
  projecting: Sharing,
  head: ViewItem | undefined,
  fresh: ViewItem,
  row: string | undefined,
): Promise<ViewItem | undefined> => {
  const { projection, view } = projecting;
  // Without a head nothing says what it contributed: a cursor in front of everything says that it should be nothing, and all is looked at again.
  if (!head) {
    await view.putShares(nothingOf(projecting, fresh), undefined, []);
    return undefined;
  }
  const rows = [
    ...contributed(projection, head).keys(),
    ...contributed(projection, fresh).keys(),
    ...(row === undefined ? [] : [row]),
  ];
  const levelled = await level(projecting, head, new Set(rows));
  return levelled && writeShares(projection, writingOf(projecting), levelled, fresh);
};

/** Rows in pages of so many. */
const rowsPerPage = 200;

/**
 * Rows that are there beside or instead of what the history comes to, with their commits. One that is newer than the stream's head in the
 * store is nobody's; one that is only newer than what was folded may be a live commit's, and is left to it.
 */
const strays = async ({ view, store }: Refolding, fresh: ViewItem, seen: ReadonlyMap<string, number>) => {
  const found = new Map<string, number>();
  for (let after: Readonly<Record<string, unknown>> | undefined, more = true; more; ) {
    const options = { limit: rowsPerPage, direction: 'oldest-first', consistent: true, tombstones: true } as const;
    const page = await view.rowsOf(fresh.key, { ...options, ...(after && { after }) });
    for (const { sort, commit } of page.items) {
      if (seen.get(sort) === commit) continue;
      if (commit <= fresh.commit || !(await store.find(fresh.stream, commit))) found.set(sort, commit);
    }
    after = page.next;
    more = after !== undefined;
  }
  return found;
};

const refoldRows = async (
  refolding: Refolding,
  head: ViewItem | undefined,
  fresh: ViewItem,
  seen: ReadonlyMap<string, number>,
): Promise<ViewItem | undefined> => {
  const { projection, view } = refolding;
  const found = projection.kind === 'rows-per-stream' ? await strays(refolding, fresh, seen) : new Map<string, number>();
  if (found.size > 0) {
    const { key, stream, commit } = fresh;
    // What they should be is folded once more, since nothing but their names was kept; tombstones until it is known otherwise.
    const wanted = new Map<string, ViewItem>([...found.keys()].map((sort) => [sort, { key, sort, stream, commit }]));
    await foldAfresh(refolding, stream, commit, (rows) => {
      for (const row of rows) if (found.has(row.sort)) wanted.set(row.sort, { ...row, commit });
    });
    for (const [sort, over] of found) await view.putRow(wanted.get(sort)!, over);
  }
  return (await view.putHead(fresh, head)) ? written(fresh, head) : undefined;
};

/**
 * Folds a stream anew from its history, as it reads today, and puts that in place of what is stored: after an erasure, or where an audit found a
 * difference. Whatever it is interrupted in, doing it again ends it; readers see rows as they were, or as they are to be.
 */
export const refold = async (refolding: Refolding, stream: string, row?: string): Promise<ViewItem | undefined> => {
  const key = streamKey(refolding.projection, stream);
  for (let race = 0; race < races; race++) {
    const head = await takenUp(refolding, await refolding.view.head(key));
    if (head === 'again') continue;
    // A begun change that cannot be ended has parked the stream again: what it contributes is known when that is mended.
    if (head?.begun) return head;
    const seen = new Map<string, number>();
    const folded = await foldAfresh(refolding, stream, undefined, async (rows) => {
      for (const item of rows) seen.set(item.sort, item.commit);
      await atOnce(rowsAtOnce, rows, (item) => refolding.view.putRow(item));
    });
    if (!folded && !head && row === undefined) return undefined;
    const fresh = folded ?? nothingOf(refolding, { key, stream });
    const done = isSharing(refolding)
      ? await refoldShares(refolding, head, fresh, row)
      : await refoldRows(refolding, head, fresh, seen);
    if (done) return done;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};
