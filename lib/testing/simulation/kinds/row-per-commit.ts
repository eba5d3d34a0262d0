import { rowKey } from '../../../core/projection.ts';
import type { ViewItem } from '../../../engine/ports.ts';
import type { Of } from '../../../engine/view/kinds/kind.ts';
import type { MemoryView } from '../../memory/view.ts';
import { handledBy, headStored, ofOneStream, type SimulatedKind } from './kind.ts';
import { spoilRow } from './rows-per-stream.ts';

/** The entries of lists of runs: one at the row that begins a run, and none at those that continue it. */
const runsFault = async (
  { name, lists = {} }: Of<'row-per-commit'>,
  _: unknown,
  view: MemoryView,
): Promise<string | undefined> => {
  const placeOf = ({ key, sort }: ViewItem) => `${key} ${sort}`;
  const rows = new Map(view.items().flatMap((item) => (item.row && item.sort !== 'head' ? [[placeOf(item), item]] : [])));
  for (const [list, { by, runs }] of Object.entries(lists))
    for (const item of runs ? rows.values() : []) {
      const number = Number(item.sort.slice('row#'.length));
      const before = rows.get(`${item.key} row#${rowKey(number - 1)}`);
      const goesOn = before !== undefined && number % 64 !== 0 && by?.(before.row as never) === by?.(item.row as never);
      if (goesOn === (item.lists?.[list] !== undefined))
        return `${name}, ${placeOf(item)}: has ${goesOn ? 'an' : 'no'} entry in ${list}, where its run ${goesOn ? 'goes on' : 'begins'}`;
    }
  return undefined;
};

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
  totalsFault: runsFault,
  isListed: false,
  marked: (projection, mark) => handledBy(projection, (row: object | undefined) => row && { ...row, [mark]: true }),
  spoil: (_, { view, dice }) => spoilRow(view, dice),
};
