import type { Step } from '../../../core/projection.ts';
import { atOnce } from '../../at-once.ts';
import { pages } from '../../pages.ts';
import type { View, ViewItem } from '../../ports.ts';
import { storable } from '../../store/storable.ts';
import { placed } from '../lists.ts';
import { type Projecting, rowsAtOnce } from '../projecting.ts';
import { countOfRows, written } from '../view-item.ts';
import { type Change, checked, fewEnough, type Kind, type Of, type Refold, withHeads, withoutSums } from './kind.ts';
import { claimed, ended, type Strays } from './refold.ts';

type Rows = Of<'rows-per-stream'>;

/**
 * Removes rows that were written too late, for a head that a refold has replaced: the refold may have read the rows before these came, and
 * its code may make none under these keys. A row under a later count belongs to another writer, and stays.
 */
const takeBack = async (view: View, before: ViewItem | undefined, { rows, head }: Change): Promise<void> => {
  const { refolded = 0 } = (rows.length > 0 && (await view.head(head.key))) || {};
  if (refolded <= countOfRows(before)) return;
  await atOnce(rowsAtOnce, rows, ({ key, sort, stream, commit }) => view.putRow({ key, sort, stream, commit }, before));
};

const writeRows = async (view: View, before: ViewItem | undefined, change: Change): Promise<ViewItem | undefined> => {
  await atOnce(rowsAtOnce, change.rows, (row) => view.putRow(row, before));
  if ((await view.putHead(change.head, before)) === 'written') return written(change.head, before);
  await takeBack(view, before, change);
  return undefined;
};

/** Rows first, the head with the cursor last. */
const write = async ({ view }: Projecting<Rows>, before: ViewItem | undefined, change: Change) => {
  if (!before?.refolding || change.rows.length === 0) return writeRows(view, before, change);
  // The next count belongs to a refold, which may be at work: with the head written, its count is past, and it begins again.
  const { refolding: _, ...head } = before;
  return (await view.putHead(head, before)) === 'written' ? writeRows(view, written(head, before), change) : undefined;
};

/** Rows in pages of so many. */
const rowsPerPage = 200;

/** The rows under other counts than that of the refold, which has written all rows of its history. */
const strays = async ({ view }: Projecting<Rows>, { key }: ViewItem, own: number): Promise<Strays> => {
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

const refoldRows = async (refolding: Projecting<Rows>, refold: Refold): Promise<ViewItem | undefined> => {
  const { projection, view } = refolding;
  const head = await claimed(view, refold, { memory: projection.initial });
  if (!head) return undefined;
  const fresh = await refold.fold(async (rows) => {
    await atOnce(rowsAtOnce, rows, (item) => view.putRow(item, head));
  });
  return ended(view, { head, fresh }, await strays(refolding, fresh, countOfRows(head)), rowsAtOnce);
};

/** Rows are items of their own beside the head, which holds the memory. */
export const rowsPerStream: Kind<Rows> = {
  ...withoutSums,
  ...withHeads,
  empty: ({ initial }) => ({ memory: initial }),
  headIsRow: false,
  apply: (projection, { key, sort, stream, memory: before }, { commit, events }) => {
    let memory = before;
    const rows = new Map<string, object | undefined>();
    for (const event of events) {
      const step: Step<unknown, object> | undefined = projection.on[event.type]?.(memory as never, event as never);
      memory = step?.memory;
      for (const [rowKey, row] of Object.entries(step?.rows ?? {})) rows.set(rowKey, row);
    }
    fewEnough(rows.size);
    const owner = projection.owner?.(memory as never);
    const base = { key, stream, commit, ...(owner && { owner }) };
    return {
      rows: [...rows].map(([rowKey, row]) =>
        checked(placed(projection, { ...base, sort: `row#${rowKey}`, ...(row && { row: storable(row) as object }) })),
      ),
      head: checked({ ...base, sort, memory: storable(memory) }),
    };
  },
  write,
  refold: refoldRows,
};
