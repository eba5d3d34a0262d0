import type { ViewItem } from '../../ports.ts';
import { mostSize } from '../../store/size.ts';
import { storable } from '../../store/storable.ts';
import { mendRow } from '../mend.ts';
import type { Projecting } from '../projecting.ts';
import { contributed, rowChanges } from '../shares.ts';
import { endBegun, writeShares } from '../write-shares.ts';
import { withHomes } from './homes.ts';
import { checked, fewEnough, headBefore, type Kind, type Of, type Refold, rowBytes, withHeads } from './kind.ts';

type Shared = Of<'shared-rows'>;

/** Replaces what a stream contributes, notes it under its rows once more, and sums up rows of which it is unknown what they hold of it. */
const refold = async (refolding: Projecting<Shared>, { there, at, row, fold }: Refold): Promise<ViewItem | undefined> => {
  const { projection, view } = refolding;
  const fresh = await fold();
  // Without a head its contributions are unknown: a cursor before the first commit means that there are none, and its rows are summed up again.
  if (!there) {
    await view.putHead(headBefore(at, { memory: projection.initial }), undefined);
    return undefined;
  }
  const rows = [...contributed(projection, fresh).keys()];
  await view.putNotes(fresh.stream, rows);
  const head = await writeShares(projection, refolding, there, fresh);
  const unknown = new Set([...(there.commit === 0 ? rows : []), ...(row === undefined ? [] : [row])]);
  if (head) for (const each of unknown) await mendRow(refolding, each);
  return head;
};

/** Rows are sums over streams. The head holds the memory, from which the stream's contributions follow. */
export const sharedRows: Kind<Shared> = {
  ...withHeads,
  cursors: withHomes,
  empty: ({ initial }) => ({ memory: initial }),
  headIsRow: false,
  apply: (projection, head, { commit, events }) => {
    const { key, sort, stream } = head;
    const memory = storable(
      events.reduce<unknown>((before, event) => projection.on[event.type]?.(before as never, event as never), head.memory),
    );
    const after = { key, sort, stream, commit, memory };
    // The contributions are written later, together with other commits' changes. An invalid one must be found at its own commit.
    const changes = rowChanges(projection, head, contributed(projection, head), contributed(projection, after));
    fewEnough(changes.length);
    // In the midst of many rows it has two memories.
    if (2 * mostSize(after) > rowBytes) checked({ ...after, begun: { commit, memory, done: 0 } });
    return { rows: [], head: after, shared: { from: head, changes } };
  },
  write: (projecting, before, { head, shared }) =>
    writeShares(projecting.projection, projecting, before, head, shared?.from === before ? shared?.changes : undefined),
  finish: (projecting, head) => endBegun(projecting.projection, projecting, head),
  refold,
  mend: mendRow,
};
