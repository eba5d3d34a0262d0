import { rowKey } from '../../../core/projection.ts';
import { atOnce } from '../../at-once.ts';
import { pages } from '../../pages.ts';
import type { View, ViewItem, ViewReader } from '../../ports.ts';
import { storable } from '../../store/storable.ts';
import { placed } from '../lists.ts';
import { type Projecting, rowsAtOnce } from '../projecting.ts';
import { countOfRows, written } from '../view-item.ts';
import { type Change, checked, headBefore, type Kind, type Of, type Refold, withoutSums } from './kind.ts';

type Rows = Of<'row-per-commit'>;

const sortOf = (commit: number): string => `row#${rowKey(commit)}`;

/** The commit whose row this is. */
const numberOf = ({ sort }: ViewItem): number => Number(sort.slice('row#'.length));

/** True for the place of a row of a commit that its stream does not have any more, since it was restored to a time before; or of no commit at all. */
const isBeyond = (row: ViewItem): boolean => !(numberOf(row) <= row.commit);

const newest = { direction: 'newest-first', consistent: true, tombstones: true } as const;

/** The row of the stream's last commit. Only a stream that was restored has more than one to look at. */
const newestRow = async (view: Pick<ViewReader, 'rowsOf'>, key: string): Promise<ViewItem | undefined> => {
  for await (const { items } of pages((asked) => view.rowsOf(key, asked), { ...newest, limit: 1 })) {
    const row = items.find((item) => !isBeyond(item));
    if (row) return row;
  }
  return undefined;
};

/**
 * The table as if each stream had a head, whose cursor is where its rows end: each is put after those before it. A head is stored only to say what no row
 * does: that the stream is parked, that it was refolded, or that a commit has no row.
 */
const cursors = <V extends View & Pick<ViewReader, 'rowsOf'>>(view: V): V => ({
  ...view,
  head: async (key: string) => {
    const [head, row] = await Promise.all([view.head(key), newestRow(view, key)]);
    if (!row) return head;
    const commit = Math.max(numberOf(row), head?.commit ?? 0);
    return { ...(head ?? headBefore({ key, stream: row.stream }, {})), commit };
  },
  putHead: async (head: ViewItem, before: ViewItem | undefined) => {
    // Every stored head counts its writes: without a count there is none. One that is handed back does not know how far the rows are.
    const outcome = await view.putHead(head, before?.writes === undefined ? undefined : before);
    return outcome === 'written' ? outcome : { there: undefined };
  },
});

/** True if the last row does not say all that the head does. */
const putsHead = ({ rows, head }: Change): boolean => head.parked !== undefined || rows.at(-1)?.commit !== head.commit;

/** Rows one after the other: a reader who finds one of them finds all before it. */
const write = async ({ view, heads, clock }: Projecting<Rows>, before: ViewItem | undefined, change: Change) => {
  const { rows, head } = change;
  const began = clock.now();
  for (const row of rows) await view.putRow(row, before);
  if (putsHead(change)) return (await view.putHead(head, before)) === 'written' ? written(head, before) : undefined;
  const { writes, refolded } = before ?? {};
  const after: ViewItem = { ...head, ...(writes !== undefined && { writes }), ...(refolded !== undefined && { refolded }) };
  heads?.keep(after, began);
  return after;
};

/** The number of places that a refold looks at, or makes empty, in one go. */
const placesAtOnce = 200;

/**
 * The rows that are not of the fold: under names that none has, or behind its end, of commits that the stream does not have, for it was restored to a time
 * before them.
 */
const strays = async ({ view, store }: Projecting<Rows>, { key, stream, commit }: ViewItem, own: number) => {
  const found: ViewItem[] = [];
  let highest = own;
  for await (const { items } of pages((asked) => view.rowsOf(key, asked), { ...newest, limit: placesAtOnce }))
    for (const item of items) {
      highest = Math.max(highest, item.writes ?? 0);
      if ((item.writes ?? 0) >= own) continue;
      const isLater = numberOf(item) > commit && (await store.find(stream, numberOf(item))) !== undefined;
      if (!isLater) found.push(item);
    }
  return { found, highest };
};

/**
 * Puts a row, or an empty place, at each number of the fold: a writer that is late finds every place taken under a higher count. So a purged stream's rows
 * cannot come back. Beyond the cursor of before they are put one after the other, as they always are.
 */
const refold = async (refolding: Projecting<Rows>, { there, at, fold }: Refold): Promise<ViewItem | undefined> => {
  const { view } = refolding;
  const claimed: ViewItem = { ...(there ?? headBefore(at, {})), refolding: true };
  if ((await view.putHead(claimed, there)) !== 'written') return undefined;
  const head = written(claimed, there);
  const put = async (items: readonly ViewItem[]) => {
    const isKnown = ({ sort }: ViewItem) => sort <= sortOf(claimed.commit);
    await atOnce(rowsAtOnce, items.filter(isKnown), (item) => view.putRow(item, head));
    for (const item of items) if (!isKnown(item)) await view.putRow(item, head);
  };
  let next = 1;
  const empty = async (to: number, commit?: number) => {
    for (; next < to; next = Math.min(to, next + placesAtOnce)) {
      const numbers = Array.from({ length: Math.min(placesAtOnce, to - next) }, (_, i) => next + i);
      await put(numbers.map((number) => ({ ...at, sort: sortOf(number), commit: commit ?? number })));
    }
  };
  const fresh = await fold(async (rows) => {
    for (const row of rows) {
      await empty(row.commit);
      next = row.commit + 1;
    }
    await put(rows);
  });
  // The record of a purge is not taken for done before all is empty: its number stays free.
  await empty(fresh.commit, fresh.commit);
  const own = countOfRows(head);
  const { found, highest } = await strays(refolding, fresh, own);
  if (highest > own) {
    // Another refold began later, and this fails; or somebody has put a row behind the engine's back: the count goes on from that row's.
    await view.putHead({ ...there, ...headBefore(at, {}), commit: claimed.commit, writes: highest }, head);
    return undefined;
  }
  for (const item of found) await view.putRow({ ...at, sort: item.sort, commit: fresh.commit }, head);
  const done: ViewItem = { ...fresh, refolded: own };
  return (await view.putHead(done, head)) === 'written' ? written(done, head) : undefined;
};

/** A row for each commit. Rows never change, and their numbers are the cursor: a commit costs one write, and one for each list that it is in. */
export const rowPerCommit: Kind<Rows> = {
  ...withoutSums,
  empty: () => ({}),
  headIsRow: false,
  hasHeads: false,
  cursors,
  putsHead,
  apply: (projection, { key, sort, stream }, { commit, events }) => {
    const row = events.reduce<object | undefined>(
      (before, event) => projection.on[event.type]?.(before as never, event as never),
      undefined,
    );
    const item: ViewItem = { key, sort: sortOf(commit), stream, commit };
    return {
      rows: row ? [checked(placed(projection, { ...item, row: storable(row) as object }))] : [],
      head: { key, sort, stream, commit },
    };
  },
  write,
  refold,
};
