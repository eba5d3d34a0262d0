import { rowKey } from '../../../core/projection.ts';
import type { Of } from '../../../engine/view/kinds/kind.ts';
import { handledBy, ofOneStream, type SimulatedKind } from './kind.ts';
import { spoilRow } from './rows-per-stream.ts';

export const rowPerCommit: SimulatedKind<Of<'row-per-commit'>> = {
  ...ofOneStream,
  initial: () => undefined,
  step: ({ on }, { rows }, event) => {
    const sort = `row#${rowKey(event.commit)}`;
    rows.set(sort, on[event.type]?.(rows.get(sort) as never, event as never));
    return undefined;
  },
  isListed: false,
  marked: (projection, mark) => handledBy(projection, (row: object | undefined) => row && { ...row, [mark]: true }),
  spoil: (_, { view, dice }) => spoilRow(view, dice),
};
