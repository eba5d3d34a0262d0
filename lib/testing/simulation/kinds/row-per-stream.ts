import type { Of } from '../../../engine/view/kinds/kind.ts';
import { handledBy, ofOneStream, type SimulatedKind, spoiltValue } from './kind.ts';

export const rowPerStream: SimulatedKind<Of<'row-per-stream'>> = {
  ...ofOneStream,
  initial: () => undefined,
  step: ({ on }, { rows }, event) => {
    rows.set('head', on[event.type]?.(rows.get('head') as never, event as never));
    return undefined;
  },
  isListed: true,
  marked: (projection, mark) => handledBy(projection, (row: object | undefined) => row && { ...row, [mark]: true }),
  spoil: async (_, { view, head }) =>
    head.row !== undefined && (await view.putHead({ ...head, row: spoiltValue(head.row) }, head)) === 'written',
};
