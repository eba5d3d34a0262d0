import { type AnyProjection, rowKey } from '../../../core/projection.ts';
import { atOnce } from '../../at-once.ts';
import { pages } from '../../pages.ts';
import type { Listing, View, ViewItem, ViewReader } from '../../ports.ts';
import { type Projecting, rowsAtOnce } from '../projecting.ts';
import { countOfRows, written } from '../view-item.ts';
import type { Change, Kind, Refold } from './kind.ts';
import { claimed, ended, type Folded, type Strays } from './refold.ts';

// Of the kinds whose rows are the cursor: what a commit comes to has its place under the commit's number.

/** The place of a commit's rows. */
export const sortOf = (commit: number): string => `row#${rowKey(commit)}`;

/** The commit whose place this is. */
export const numberOf = ({ sort }: Pick<ViewItem, 'sort'>): number => Number(sort.slice('row#'.length));

/** True for the place of a commit that its stream does not have any more, since it was restored to a time before; or of no commit at all. */
const isBeyond = (item: ViewItem): boolean => !(numberOf(item) <= item.commit);

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
const headAfter = (head: ViewItem, { writes, refolded }: Partial<ViewItem> = {}): ViewItem => ({
  ...head,
  ...(writes !== undefined && { writes }),
  ...(refolded !== undefined && { refolded }),
});

/** An item that has lost its rows still has the memory after its commit: an audit finds what is missing, and the cursor stays. */
const holds = ({ row, memory }: ViewItem): boolean => row !== undefined || memory !== undefined;

/**
 * The item of the stream's last commit with rows, unless the stored head is further. An item under a lower count than that of the last refold was put too late, by a
 * function that remembers what was before. Behind the last one may be an empty place, and where the stream was restored many.
 */
export const lastItem = async (
  view: Pick<ViewReader, 'rowsOf'>,
  key: string,
  stored: Promise<ViewItem | undefined>,
): Promise<ViewItem | undefined> => {
  for await (const { items } of fromEnd(view, key, 2)) {
    const { commit = 0, refolded = 0 } = (await stored) ?? {};
    for (const item of items) {
      if (numberOf(item) < commit) return undefined;
      if (!isBeyond(item) && holds(item) && (item.writes ?? 0) >= refolded) return item;
    }
  }
  return undefined;
};

/**
 * Items one after the other: a reader who finds one of them finds all before it. One that finds its place taken under a higher count was made with a memory
 * that a refold has replaced. A refold that is at work begins again, since it has reserved the count.
 */
export const writePlaces =
  <P extends AnyProjection>(puts: (change: Change, cursor: number) => boolean): Kind<P>['write'] =>
  async ({ view, heads, clock }, before, change) => {
    const { rows, head } = change;
    const began = clock.now();
    let start = before;
    if (before?.refolding && rows.length > 0) {
      const { refolding: _, ...unclaimed } = before;
      if ((await view.putHead(unclaimed, before)) !== 'written') return undefined;
      start = written(unclaimed, before);
    }
    for (const row of rows) if (!(await view.putRow(row, start))) return undefined;
    if (puts(change, before?.commit ?? 0))
      return (await view.putHead(head, start)) === 'written' ? written(head, start) : undefined;
    const after = headAfter(head, start);
    heads?.keep(after, began);
    return after;
  };

/** The number of places that are looked at, or made empty, in one go. */
const placesAtOnce = 200;

/** The places of a stream from its end on, page by page. `few` are nearly always enough: a restore alone leaves many that are empty behind the last row. */
const fromEnd = (view: Pick<ViewReader, 'rowsOf'>, key: string, few: number) => {
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
const strays = async (
  { projection, view, store }: Projecting,
  { key, stream, commit }: ViewItem,
  own: number,
): Promise<Strays> => {
  const found: string[] = [];
  let highest = own;
  for await (const { items } of fromEnd(view, key, placesAtOnce))
    for (const item of items) {
      highest = Math.max(highest, item.writes ?? 0);
      if ((item.writes ?? 0) >= own) continue;
      // A refusal has no row, nor has what the view does not handle.
      const later = numberOf(item) > commit ? await store.find(stream, numberOf(item)) : undefined;
      if (!later?.events.some(({ type }) => projection.on[type])) found.push(item.sort);
    }
  return { found, highest };
};

/**
 * Puts an empty place behind the fold: a function that goes on from a memory of before the refold finds the next place taken. It says that the fold has to begin
 * again if such a function was faster. A stream that was restored had commits further on, and all their places are taken.
 */
const close = async ({ view, store }: Projecting, { head, fresh }: Folded): Promise<boolean> => {
  const { key, stream, commit } = fresh;
  const place = (number: number): ViewItem => ({ key, stream, sort: sortOf(number), commit });
  const next = commit + 1;
  if (!(await view.putRow(place(next), head, 'where-none-is'))) {
    if (await store.find(stream, next)) return false;
    await view.putRow(place(next), head);
  }
  const further = Array.from({ length: Math.max(0, head.commit - commit) }, (_, i) => next + 1 + i);
  await atOnce(rowsAtOnce, further, (number) => view.putRow(place(number), head, 'where-none-is'));
  return true;
};

/**
 * Puts a row, or an empty place, at each number of the fold: a writer that is late finds every place taken under a higher count. So a purged stream's rows
 * cannot come back. Beyond the cursor of before they are put one after the other, as they always are. `close` may say that the fold has to begin again.
 */
export const refoldPlaces = async (
  refolding: Projecting,
  refold: Refold,
  empty: Pick<ViewItem, 'memory'>,
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
  if (!(await close(refolding, { head, fresh }))) return undefined;
  // One after the other, as they were read: from the end.
  return ended(view, { head, fresh }, await strays(refolding, fresh, countOfRows(head)), 1);
};
