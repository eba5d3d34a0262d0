import type { View, ViewItem, ViewReader } from '../../ports.ts';
import { storable } from '../../store/storable.ts';
import { placed } from '../lists.ts';
import type { Projecting } from '../projecting.ts';
import { written } from '../view-item.ts';
import { type Change, checked, headBefore, itemsAreRows, type Kind, type Of, withoutSums } from './kind.ts';
import { fromEnd, headAfter, isBeyond, numberOf, putHeadOf, putsHead, refoldPlaces, sortOf } from './places.ts';

type Rows = Of<'row-per-commit'>;

/** The row of the stream's last commit. Only a stream that was restored has more than one to look at. */
const newestRow = async (view: Pick<ViewReader, 'rowsOf'>, key: string): Promise<ViewItem | undefined> => {
  for await (const { items } of fromEnd(view, key, 1)) {
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
  putHead: putHeadOf(view),
});

/** Rows one after the other: a reader who finds one of them finds all before it. */
const write = async ({ view, heads, clock }: Projecting<Rows>, before: ViewItem | undefined, change: Change) => {
  const { rows, head } = change;
  const began = clock.now();
  for (const row of rows) await view.putRow(row, before);
  if (putsHead(change)) return (await view.putHead(head, before)) === 'written' ? written(head, before) : undefined;
  const after = headAfter(head, before);
  heads?.keep(after, began);
  return after;
};

/** A row for each commit. Rows never change, and their numbers are the cursor: a commit costs one write, and one for each list that it is in. */
export const rowPerCommit: Kind<Rows> = {
  ...withoutSums,
  ...itemsAreRows,
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
  // A row depends on its commit alone: whoever puts one behind the fold's end puts the right one.
  refold: (refolding, refold) => refoldPlaces(refolding, refold, {}, async () => true),
};
