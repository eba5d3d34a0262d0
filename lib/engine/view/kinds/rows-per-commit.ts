import type { Added } from '../../../core/projection.ts';
import type { View, ViewReader } from '../../ports.ts';
import { storable } from '../../store/storable.ts';
import { checked, fewEnough, headBefore, type Kind, type Of, rowBytes, withoutSums } from './kind.ts';
import { lastItem, putHeadOf, putsHead as putsPlacesHead, refoldPlaces, sortOf, writePlaces } from './places.ts';

type Rows = Of<'rows-per-commit'>;

/**
 * The table as if each stream had a head, with the cursor and the memory of its last item. A head is stored only to say what no item does: that the stream is
 * parked, that it was refolded, or that a commit has no rows.
 */
const cursors = <V extends View & Pick<ViewReader, 'rowsOf'>>(view: V, projection: Rows): V => ({
  ...view,
  head: async (key: string) => {
    const stored = view.head(key);
    const [head, item] = await Promise.all([stored, lastItem(view, key, stored)]);
    if (!item || item.commit <= (head?.commit ?? 0)) return head;
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
  write: writePlaces(putsHead),
  refold: (refolding, refold) => refoldPlaces(refolding, refold, { memory: refolding.projection.initial }),
};
