import type { Step } from '../../../core/projection.ts';
import { storable } from '../../store/storable.ts';
import { placed } from '../lists.ts';
import { checked, fewEnough, type Kind, type Of } from './kind.ts';

/** Rows are items of their own beside the head, which holds the memory. */
export const rowsPerStream: Kind<Of<'rows-per-stream'>> = {
  empty: ({ initial }) => ({ memory: initial }),
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
};
