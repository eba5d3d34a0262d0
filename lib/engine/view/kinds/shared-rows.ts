import { storable } from '../../store/storable.ts';
import { contributed, rowChanges } from '../shares.ts';
import { checked, fewEnough, type Kind, type Of } from './kind.ts';

/** Rows are sums over streams. The head holds the memory, from which the stream's contributions follow. */
export const sharedRows: Kind<Of<'shared-rows'>> = {
  empty: ({ initial }) => ({ memory: initial }),
  apply: (projection, head, { commit, events }) => {
    const { key, sort, stream } = head;
    const memory = storable(
      events.reduce<unknown>((before, event) => projection.on[event.type]?.(before as never, event as never), head.memory),
    );
    const after = { key, sort, stream, commit, memory };
    // The shares are written later, together with other commits' changes. What is wrong with them must be known at their own commit.
    fewEnough(rowChanges(projection, after, contributed(projection, head), contributed(projection, after)).length);
    checked({ ...after, begun: { commit, memory, done: 0 } });
    return { rows: [], head: after };
  },
};
