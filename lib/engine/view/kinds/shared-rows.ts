import type { ViewItem } from '../../ports.ts';
import { storable } from '../../store/storable.ts';
import { mendRow } from '../mend.ts';
import type { Projecting } from '../projecting.ts';
import { contributed, rowChanges, sameShares, shareChange } from '../shares.ts';
import { written } from '../view-item.ts';
import { endBegun, putFitted, rowsPerTransaction, writeShares } from '../write-shares.ts';
import { checked, fewEnough, headBefore, type Kind, type Of, type Refold } from './kind.ts';

type Shared = Of<'shared-rows'>;

/**
 * Sets the stored contributions of a stream to those of its head, row by row. They differ only if somebody changed one behind the engine's
 * back. Later writes rely on the head, which is returned; undefined after a lost race.
 */
const level = async (
  { projection, view, clock }: Projecting<Shared>,
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

const refold = async (refolding: Projecting<Shared>, { there, at, row, fold }: Refold): Promise<ViewItem | undefined> => {
  const { projection, view } = refolding;
  const fresh = await fold();
  // Without a head its contributions are unknown: a cursor before the first commit means that there should be none, and all are checked
  // again.
  if (!there) {
    await view.putShares(headBefore(at, { memory: projection.initial }), undefined, []);
    return undefined;
  }
  const rows = [
    ...contributed(projection, there).keys(),
    ...contributed(projection, fresh).keys(),
    ...(row === undefined ? [] : [row]),
  ];
  const levelled = await level(refolding, there, new Set(rows));
  return levelled && writeShares(projection, refolding, levelled, fresh);
};

/** Rows are sums over streams. The head holds the memory, from which the stream's contributions follow. */
export const sharedRows: Kind<Shared> = {
  empty: ({ initial }) => ({ memory: initial }),
  headIsRow: false,
  apply: (projection, head, { commit, events }) => {
    const { key, sort, stream } = head;
    const memory = storable(
      events.reduce<unknown>((before, event) => projection.on[event.type]?.(before as never, event as never), head.memory),
    );
    const after = { key, sort, stream, commit, memory };
    // The contributions are written later, together with other commits' changes. An invalid one must be found at its own commit.
    fewEnough(rowChanges(projection, after, contributed(projection, head), contributed(projection, after)).length);
    checked({ ...after, begun: { commit, memory, done: 0 } });
    return { rows: [], head: after };
  },
  write: (projecting, before, { head }) => writeShares(projecting.projection, projecting, before, head),
  finish: (projecting, head) => endBegun(projecting.projection, projecting, head),
  refold,
  mend: mendRow,
};
