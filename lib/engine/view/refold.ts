import { type AnyProjection, type AnySharedRows, streamKey } from '../../core/projection.ts';
import { atOnce } from '../at-once.ts';
import { pages } from '../pages.ts';
import type { View, ViewItem, ViewReader } from '../ports.ts';
import { races, TryAgain } from '../store/read-all.ts';
import { foldAfresh } from './fold-afresh.ts';
import { emptyHead } from './kinds/index.ts';
import { type Projecting, rowsAtOnce, takenUp } from './project.ts';
import { contributed, sameShares, shareChange } from './shares.ts';
import { countOfRows, written } from './view-item.ts';
import { putFitted, rowsPerTransaction, writeShares } from './write-shares.ts';

/** What an operator sends to a projection's queue: fold this stream anew; `row` names one in which it may have a share that it should not. */
export type RefoldOrder = Readonly<{ refold: Readonly<{ stream: string; correlation: string; row?: string }> }>;

/** Folding anew also reads the rows that are there. */
export type Refolding = Projecting & Readonly<{ view: View & Pick<ViewReader, 'rowsOf' | 'parts' | 'sharesIn'> }>;

type Sharing = Projecting & Readonly<{ projection: AnyProjection & AnySharedRows }>;

const isSharing = <P extends Projecting>(projecting: P): projecting is P & Sharing =>
  projecting.projection.kind === 'shared-rows';

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
    await view.putShares(emptyHead(projection, fresh), undefined, []);
    return undefined;
  }
  const rows = [
    ...contributed(projection, head).keys(),
    ...contributed(projection, fresh).keys(),
    ...(row === undefined ? [] : [row]),
  ];
  const levelled = await level(projecting, head, new Set(rows));
  return levelled && writeShares(projection, projecting, levelled, fresh);
};

/** Rows in pages of so many. */
const rowsPerPage = 200;

/**
 * Makes the next count of writes the refold's own: no row is put under it by anybody else, and whoever has read the head before, or goes on from it,
 * either comes too late for a row that the refold has put, or makes the refold begin again.
 */
const claimed = async (
  refolding: Refolding,
  there: ViewItem | undefined,
  at: Pick<ViewItem, 'key' | 'stream'>,
): Promise<ViewItem | undefined> => {
  const head: ViewItem = { ...(there ?? emptyHead(refolding.projection, at)), refolding: true };
  return (await refolding.view.putHead(head, there)) ? written(head, there) : undefined;
};

/** The rows that are there under other counts than the refold's, which has put all that its history comes to. */
const strays = async ({ view }: Refolding, { key }: ViewItem, own: number) => {
  const found: string[] = [];
  let highest = own;
  const options = { limit: rowsPerPage, direction: 'oldest-first', consistent: true, tombstones: true } as const;
  for await (const { items } of pages((asked) => view.rowsOf(key, asked), options))
    for (const { sort, writes = 0 } of items) {
      if (writes < own) found.push(sort);
      highest = Math.max(highest, writes);
    }
  return { found, highest };
};

const refoldRows = async (
  refolding: Refolding,
  there: ViewItem | undefined,
  at: Pick<ViewItem, 'key' | 'stream'>,
): Promise<ViewItem | undefined> => {
  const { view } = refolding;
  const head = await claimed(refolding, there, at);
  if (!head) return undefined;
  const folded = await foldAfresh(refolding, at.stream, undefined, async (rows) => {
    await atOnce(rowsAtOnce, rows, (item) => view.putRow(item, head));
  });
  const fresh = folded ?? emptyHead(refolding.projection, at);
  const own = countOfRows(head);
  const { found, highest } = await strays(refolding, fresh, own);
  if (highest > own) {
    // Others have gone on from the head since, and this fails; or somebody has changed it, or a row, behind our back: counts go on from the row's.
    const { refolding: _, ...unclaimed } = head;
    await view.putHead({ ...unclaimed, writes: highest }, head);
    return undefined;
  }
  const { key, stream, commit } = fresh;
  await atOnce(rowsAtOnce, found, (sort) => view.putRow({ key, sort, stream, commit }, head));
  const done: ViewItem = { ...fresh, refolded: own };
  return (await view.putHead(done, head)) ? written(done, head) : undefined;
};

const refoldHead = async (
  refolding: Refolding,
  head: ViewItem | undefined,
  at: Pick<ViewItem, 'key' | 'stream'>,
  row: string | undefined,
): Promise<ViewItem | undefined> => {
  const fresh = (await foldAfresh(refolding, at.stream, undefined, () => {})) ?? emptyHead(refolding.projection, at);
  if (isSharing(refolding)) return refoldShares(refolding, head, fresh, row);
  return (await refolding.view.putHead(fresh, head)) ? written(fresh, head) : undefined;
};

/**
 * Folds a stream anew from its history, as it reads today, and puts that in place of what is stored: after an erasure, or where an audit found a
 * difference. Whatever it is interrupted in, doing it again ends it; readers see rows as they were, or as they are to be.
 */
export const refold = async (refolding: Refolding, stream: string, row?: string): Promise<ViewItem | undefined> => {
  const key = streamKey(refolding.projection, stream);
  for (let race = 0; race < races; race++) {
    const there = await refolding.view.head(key);
    // That one began after this one did, so what it comes to is as good; if it was cut off, this order ends it when it comes again.
    if (race > 0 && there?.refolding) throw new TryAgain(`${stream} is being folded anew by another function.`);
    const head = await takenUp(refolding, there);
    if (head === 'again') continue;
    // A begun change that cannot be ended has parked the stream again: what it contributes is known when that is mended.
    if (head?.begun) return head;
    if (!head && row === undefined && !(await refolding.store.find(stream, 1))) return undefined;
    const done =
      refolding.projection.kind === 'rows-per-stream'
        ? await refoldRows(refolding, head, { key, stream })
        : await refoldHead(refolding, head, { key, stream }, row);
    if (done) return done;
  }
  throw new TryAgain(`${stream} is being projected by others at the same time.`);
};
