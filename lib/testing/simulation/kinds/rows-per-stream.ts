import type { Step } from '../../../core/projection.ts';
import type { Of } from '../../../engine/view/kinds/kind.ts';
import type { MemoryView } from '../../memory/view.ts';
import type { Dice } from '../dice.ts';
import { handledBy, ofOneStream, type SimulatedKind, spoiltValue } from './kind.ts';

/** A row that no code makes: the last in the order of keys, so that it is not on the first page of them. */
const nobodys = 'row#stray';

export const spoilRow = async (view: MemoryView, dice: Dice): Promise<boolean> => {
  const rows = view.items().filter(({ sort, row }) => sort.startsWith('row#') && row !== undefined);
  if (rows.length === 0) return false;
  const { row, ...item } = dice.pick(rows);
  const changed = dice.pick([{ row: spoiltValue(row!) }, {}, { sort: nobodys, row: row! }]);
  await view.putRow({ ...item, ...changed }, await view.head(item.key));
  return true;
};

export const rowsPerStream: SimulatedKind<Of<'rows-per-stream'>> = {
  ...ofOneStream,
  initial: ({ initial }) => initial,
  step: ({ on }, { rows, memory }, event) => {
    const step = on[event.type]?.(memory as never, event as never);
    for (const [key, row] of Object.entries(step?.rows ?? {})) rows.set(`row#${key}`, row);
    return step?.memory;
  },
  isListed: false,
  marked: (projection, mark) =>
    handledBy(projection, (step: Step<unknown, object>) => {
      const rows = Object.entries(step.rows ?? {}).map(([key, row]) => [key, row && { ...row, [mark]: true }] as const);
      return { ...step, rows: Object.fromEntries(rows) };
    }),
  spoil: async (_, { view, head, dice }) =>
    dice.chance(0.3)
      ? (await view.putHead({ ...head, memory: spoiltValue(head.memory) }, head)) === 'written'
      : spoilRow(view, dice),
};
