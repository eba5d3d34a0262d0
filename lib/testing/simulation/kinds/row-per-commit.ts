import { rowKey } from '../../../core/projection.ts';
import type { Of } from '../../../engine/view/kinds/kind.ts';
import { handledBy, headStored, ofOneStream, type SimulatedKind } from './kind.ts';
import { spoilRow } from './rows-per-stream.ts';

export const rowPerCommit: SimulatedKind<Of<'row-per-commit'>> = {
  ...ofOneStream,
  initial: () => undefined,
  step: ({ on }, { rows }, event) => {
    const sort = `row#${rowKey(event.commit)}`;
    rows.set(sort, on[event.type]?.(rows.get(sort) as never, event as never));
    return undefined;
  },
  headIn: (items) => {
    const head = headStored(items);
    // A place behind the end of a stream that was restored says an earlier commit than its own.
    const rows = items.filter(({ sort, commit }) => sort !== 'head' && sort <= `row#${rowKey(commit)}`);
    const last = Math.max(0, ...rows.map(({ sort }) => Number(sort.slice('row#'.length))));
    if (last <= (head?.commit ?? 0)) return head;
    return { ...(head ?? { key: rows[0]!.key, sort: 'head', stream: rows[0]!.stream }), commit: last };
  },
  isListed: false,
  marked: (projection, mark) => handledBy(projection, (row: object | undefined) => row && { ...row, [mark]: true }),
  spoil: (_, { view, dice }) => spoilRow(view, dice),
};
