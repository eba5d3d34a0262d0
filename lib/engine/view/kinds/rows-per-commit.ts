import type { Added } from '../../../core/projection.ts';
import { atOnce } from '../../at-once.ts';
import type { View, ViewItem, ViewReader } from '../../ports.ts';
import { storable } from '../../store/storable.ts';
import { type Projecting, rowsAtOnce } from '../projecting.ts';
import { written } from '../view-item.ts';
import { type Change, checked, fewEnough, headBefore, type Kind, type Of, rowBytes, withoutSums } from './kind.ts';
import { fromEnd, headAfter, isBeyond, numberOf, putHeadOf, putsHead as putsPlacesHead, refoldPlaces, sortOf } from './places.ts';
import type { Folded } from './refold.ts';

type Rows = Of<'rows-per-commit'>;

/**
 * The item of the stream's last commit with rows, if that is later than the stored head. An item under a lower count than that of the last refold was put too
 * late, with a memory of before. Behind the last one may be an empty place, and where the stream was restored many.
 */
const newestItem = async (
  view: Pick<ViewReader, 'rowsOf'>,
  key: string,
  stored: Promise<ViewItem | undefined>,
): Promise<ViewItem | undefined> => {
  for await (const { items } of fromEnd(view, key, 2)) {
    const { commit = 0, refolded = 0 } = (await stored) ?? {};
    for (const item of items) {
      if (numberOf(item) <= commit) return undefined;
      if (!isBeyond(item) && item.memory !== undefined && (item.writes ?? 0) >= refolded) return item;
    }
  }
  return undefined;
};

/**
 * The table as if each stream had a head, with the cursor and the memory of its last item. A head is stored only to say what no item does: that the stream is
 * parked, that it was refolded, or that a commit has no rows.
 */
const cursors = <V extends View & Pick<ViewReader, 'rowsOf'>>(view: V, projection: Rows): V => ({
  ...view,
  head: async (key: string) => {
    const stored = view.head(key);
    const [head, item] = await Promise.all([stored, newestItem(view, key, stored)]);
    if (!item) return head;
    const { stream, commit, memory } = item;
    const { owner: _, ...at } = head ?? headBefore({ key, stream }, {});
    const owner = projection.owner?.(memory as never);
    return { ...at, commit, memory, ...(owner && { owner }) };
  },
  putHead: putHeadOf(view),
});

/**
 * Also where a commit before the last has no rows: whoever goes on from a memory that a refold has replaced passes over the place that the refold has taken, and
 * only the head's condition stops it.
 */
const putsHead: Kind<Rows>['putsHead'] = (change, cursor) =>
  putsPlacesHead(change) || change.rows.length < change.head.commit - cursor;

/**
 * Items one after the other: a reader who finds one of them finds all before it. One that finds its place taken under a higher count was folded on a memory
 * that a refold has replaced. A refold that is at work begins again, since it has reserved the count.
 */
const write = async ({ view, heads, clock }: Projecting<Rows>, before: ViewItem | undefined, change: Change) => {
  const { rows, head } = change;
  const began = clock.now();
  let start = before;
  if (before?.refolding && rows.length > 0) {
    const { refolding: _, ...unclaimed } = before;
    if ((await view.putHead(unclaimed, before)) !== 'written') return undefined;
    start = written(unclaimed, before);
  }
  for (const row of rows) if (!(await view.putRow(row, start))) return undefined;
  if (putsHead(change, before?.commit ?? 0))
    return (await view.putHead(head, start)) === 'written' ? written(head, start) : undefined;
  const after = headAfter(head, start);
  heads?.keep(after, began);
  return after;
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

const tooLarge = `The commit's rows and the memory after it have over ${rowBytes} bytes, the limit of an item: make them smaller, or declare the view by rowsPerStream(), which has an item for each.`;

/** The rows of a commit are one item, under the commit's number, with the memory after it: the last one says where the stream is. */
export const rowsPerCommit: Kind<Rows> = {
  ...withoutSums,
  empty: ({ initial }) => ({ memory: initial }),
  headIsRow: false,
  hasHeads: false,
  cursors,
  putsHead,
  rowsIn: ({ row }) => (row as Readonly<{ rows: readonly object[] }> | undefined)?.rows ?? [],
  apply: (projection, { key, sort, stream, memory: before }, { commit, events }) => {
    let memory = before;
    const rows: object[] = [];
    for (const event of events) {
      const added: Added<unknown, object> | undefined = projection.on[event.type]?.(memory as never, event as never);
      memory = added?.memory;
      rows.push(...(added?.rows ?? []));
    }
    if (memory === undefined) throw new TypeError(`${projection.name} returns no memory.`);
    fewEnough(rows.length);
    const owner = projection.owner?.(memory as never);
    const base = { key, stream, commit, memory: storable(memory) };
    return {
      rows:
        rows.length > 0
          ? [checked({ ...base, sort: sortOf(commit), row: { rows: rows.map((row) => storable(row)) } }, tooLarge)]
          : [],
      head: checked({ ...base, sort, ...(owner && { owner }) }),
    };
  },
  write,
  refold: (refolding, refold) =>
    refoldPlaces(refolding, refold, { memory: refolding.projection.initial }, (folded) => close(refolding, folded)),
};
