import { storable } from '../../store/storable.ts';
import { placed } from '../lists.ts';
import { written } from '../view-item.ts';
import { checked, type Kind, type Of, withHeads, withoutSums } from './kind.ts';

/** The row is in the head itself. */
export const rowPerStream: Kind<Of<'row-per-stream'>> = {
  ...withoutSums,
  ...withHeads,
  empty: () => ({}),
  headIsRow: true,
  apply: (projection, { key, sort, stream, row: before }, { commit, events }) => {
    const row = events.reduce<object | undefined>(
      (changed, event) => projection.on[event.type]?.(changed as never, event as never),
      before,
    );
    const owner = row && projection.owner?.(row as never);
    const cursor = { key, sort, stream, commit };
    if (!row) return { rows: [], head: checked(cursor) };
    const stored = { ...cursor, row: storable(row) };
    return { rows: [], head: checked(placed(projection, owner ? { ...stored, owner } : stored)) };
  },
  write: async ({ view }, before, { head }) =>
    (await view.putHead(head, before)) === 'written' ? written(head, before) : undefined,
  refold: async ({ view }, { there, fold }) => {
    const fresh = await fold();
    return (await view.putHead(fresh, there)) === 'written' ? written(fresh, there) : undefined;
  },
};
