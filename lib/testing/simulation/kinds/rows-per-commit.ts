import { type Added, rowKey } from '../../../core/projection.ts';
import type { Of } from '../../../engine/view/kinds/kind.ts';
import { handledBy, headStored, ofOneStream, type SimulatedKind, spoiltValue } from './kind.ts';
import { spoilRow } from './rows-per-stream.ts';

type Item = Readonly<{ rows: readonly unknown[] }>;

export const rowsPerCommit: SimulatedKind<Of<'rows-per-commit'>> = {
  ...ofOneStream,
  rowsIn: (folded) => (folded as Item | undefined)?.rows ?? [],
  initial: ({ initial }) => initial,
  step: ({ on }, { rows, memory }, event) => {
    const sort = `row#${rowKey(event.commit)}`;
    const { memory: after, rows: added = [] } = on[event.type]?.(memory as never, event as never) ?? { memory: undefined };
    if (added.length > 0) rows.set(sort, { rows: [...((rows.get(sort) as Item | undefined)?.rows ?? []), ...added] });
    return after;
  },
  headIn: (items) => {
    const head = headStored(items);
    const isLater = ({ sort, commit, memory, writes = 0 }: (typeof items)[number]) =>
      sort === `row#${rowKey(commit)}` && commit > (head?.commit ?? 0) && memory !== undefined && writes >= (head?.refolded ?? 0);
    const last = items.filter(isLater).sort((a, b) => b.commit - a.commit)[0];
    if (!last) return head;
    const { key, stream, commit, memory } = last;
    return { ...(head ?? { key, sort: 'head', stream }), commit, memory };
  },
  isListed: false,
  marked: (projection, mark) =>
    handledBy(projection, ({ memory, rows = [] }: Added<unknown, object>) => ({
      memory,
      rows: rows.map((row) => ({ ...row, [mark]: true })),
    })),
  spoil: async (_, { view, head, dice }) =>
    dice.chance(0.3)
      ? (await view.putHead({ ...head, memory: spoiltValue(head.memory) }, head)) === 'written'
      : spoilRow(view, dice),
};
