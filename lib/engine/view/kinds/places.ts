import { rowKey } from '../../../core/projection.ts';
import { atOnce } from '../../at-once.ts';
import { pages } from '../../pages.ts';
import type { Listing, View, ViewItem, ViewReader } from '../../ports.ts';
import { type Projecting, rowsAtOnce } from '../projecting.ts';
import { countOfRows } from '../view-item.ts';
import type { Change, Refold } from './kind.ts';
import { claimed, ended, type Folded, type Strays } from './refold.ts';

// Of the kinds whose rows are the cursor: what a commit comes to has its place under the commit's number.

/** The place of a commit's rows. */
export const sortOf = (commit: number): string => `row#${rowKey(commit)}`;

/** The commit whose place this is. */
export const numberOf = ({ sort }: Pick<ViewItem, 'sort'>): number => Number(sort.slice('row#'.length));

/** True for the place of a commit that its stream does not have any more, since it was restored to a time before; or of no commit at all. */
export const isBeyond = (item: ViewItem): boolean => !(numberOf(item) <= item.commit);

const newest = { direction: 'newest-first', consistent: true, tombstones: true } as const;

/** True if the last row does not say all that the head does. */
export const putsHead = ({ rows, head }: Change): boolean => head.parked !== undefined || rows.at(-1)?.commit !== head.commit;

/** Every stored head counts its writes: without a count there is none. One that is handed back does not know how far the rows are. */
export const putHeadOf =
  ({ putHead }: View): View['putHead'] =>
  async (head, before) => {
    const outcome = await putHead(head, before?.writes === undefined ? undefined : before);
    return outcome === 'written' ? outcome : { there: undefined };
  };

/** Where a stream is after rows that took no write of its head: its count is as it was. */
export const headAfter = (head: ViewItem, { writes, refolded }: Partial<ViewItem> = {}): ViewItem => ({
  ...head,
  ...(writes !== undefined && { writes }),
  ...(refolded !== undefined && { refolded }),
});

/** The number of places that are looked at, or made empty, in one go. */
const placesAtOnce = 200;

/** The places of a stream from its end on, page by page. `few` are nearly always enough: a restore alone leaves many that are empty behind the last row. */
export const fromEnd = (view: Pick<ViewReader, 'rowsOf'>, key: string, few: number) => {
  let limit = few;
  const read = (asked: typeof newest & Readonly<{ after?: Listing['next'] }>) => {
    const page = view.rowsOf(key, { ...asked, limit });
    limit = placesAtOnce;
    return page;
  };
  return pages(read, newest);
};

/**
 * The rows that are not of the fold: under names that none has, or behind its end, of commits that the stream does not have, for it was restored to a time
 * before them.
 */
const strays = async ({ view, store }: Projecting, { key, stream, commit }: ViewItem, own: number): Promise<Strays> => {
  const found: string[] = [];
  let highest = own;
  for await (const { items } of fromEnd(view, key, placesAtOnce))
    for (const item of items) {
      highest = Math.max(highest, item.writes ?? 0);
      if ((item.writes ?? 0) >= own) continue;
      const isLater = numberOf(item) > commit && (await store.find(stream, numberOf(item))) !== undefined;
      if (!isLater) found.push(item.sort);
    }
  return { found, highest };
};

/**
 * Puts a row, or an empty place, at each number of the fold: a writer that is late finds every place taken under a higher count. So a purged stream's rows
 * cannot come back. Beyond the cursor of before they are put one after the other, as they always are. `close` may say that the fold has to begin again.
 */
export const refoldPlaces = async (
  refolding: Projecting,
  refold: Refold,
  empty: Pick<ViewItem, 'memory'>,
  close: (folded: Folded) => Promise<boolean>,
): Promise<ViewItem | undefined> => {
  const { view } = refolding;
  const head = await claimed(view, refold, empty);
  if (!head) return undefined;
  const put = async (items: readonly ViewItem[]) => {
    const isKnown = ({ sort }: ViewItem) => sort <= sortOf(head.commit);
    await atOnce(rowsAtOnce, items.filter(isKnown), (item) => view.putRow(item, head));
    for (const item of items) if (!isKnown(item)) await view.putRow(item, head);
  };
  let next = 1;
  const emptied = async (to: number, commit?: number) => {
    for (; next < to; next = Math.min(to, next + placesAtOnce)) {
      const numbers = Array.from({ length: Math.min(placesAtOnce, to - next) }, (_, i) => next + i);
      await put(numbers.map((number) => ({ ...refold.at, sort: sortOf(number), commit: commit ?? number })));
    }
  };
  const fresh = await refold.fold(async (rows) => {
    for (const row of rows) {
      await emptied(row.commit);
      next = row.commit + 1;
    }
    await put(rows);
  });
  // The record of a purge is not taken for done before all is empty: its number stays free.
  await emptied(fresh.commit, fresh.commit);
  if (!(await close({ head, fresh }))) return undefined;
  // One after the other, as they were read: from the end.
  return ended(view, { head, fresh }, await strays(refolding, fresh, countOfRows(head)), 1);
};
