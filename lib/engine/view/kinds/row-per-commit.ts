import type { View, ViewItem, ViewReader } from '../../ports.ts';
import { storable } from '../../store/storable.ts';
import { placed } from '../lists.ts';
import { checked, headBefore, itemsAreRows, type Kind, type Of, withoutSums } from './kind.ts';
import { lastItem, numberOf, putHeadOf, putsHead, refoldPlaces, sortOf, writePlaces } from './places.ts';
import { type Runs, runsOf, withoutRuns } from './runs.ts';

type Rows = Of<'row-per-commit'>;

/**
 * The table as if each stream had a head, whose cursor is where its rows end: each is put after those before it. A head is stored only to say what no row
 * does: that the stream is parked, that it was refolded, or that a commit has no row. The memory is the runs that the last commit is in, which
 * follow from its row: none if it has no row, and none is stored.
 */
const cursors = <V extends View & Pick<ViewReader, 'rowsOf'>>(view: V, projection: Rows): V => {
  const putHead = putHeadOf(view);
  return {
    ...view,
    head: async (key: string) => {
      const stored = view.head(key);
      const [head, item] = await Promise.all([stored, lastItem(view, key, stored)]);
      if (!item) return head;
      const { stream } = item;
      const memory = runsOf(projection, placed(projection, item));
      return { ...(head ?? headBefore({ key, stream }, {})), commit: numberOf(item), ...(memory && { memory }) };
    },
    putHead: ({ memory: _, ...head }, before) => putHead(head, before),
  };
};

/**
 * A row for each commit. Rows never change, and their numbers are the cursor: a commit costs one write, and one for each list that it is in. In a list with an entry for each
 * run it is in only where it begins one.
 */
export const rowPerCommit: Kind<Rows> = {
  ...withoutSums,
  ...itemsAreRows,
  empty: () => ({}),
  headIsRow: false,
  hasHeads: false,
  cursors,
  putsHead,
  apply: (projection, { key, sort, stream, memory: before }, { commit, events }) => {
    const row = events.reduce<object | undefined>(
      (made, event) => projection.on[event.type]?.(made as never, event as never),
      undefined,
    );
    const head: ViewItem = { key, sort, stream, commit };
    if (!row) return { rows: [], head };
    const item = placed(projection, { ...head, sort: sortOf(commit), row: storable(row) as object });
    const memory = runsOf(projection, item);
    return {
      rows: [checked(withoutRuns(projection, item, before as Runs | undefined))],
      head: { ...head, ...(memory && { memory }) },
    };
  },
  write: writePlaces(putsHead),
  refold: (refolding, refold) => refoldPlaces(refolding, refold, {}),
};
