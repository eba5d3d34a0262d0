import { isDeepStrictEqual } from 'node:util';
import { type Amount, amountOf } from '../../../core/amount.ts';
import type { AnyProjection, AnySharedRows } from '../../../core/projection.ts';
import type { Share, Total } from '../../../core/share.ts';
import { totalOf } from '../../../engine/view/parts.ts';
import { allSharedRows } from '../../memory/shares.ts';
import type { MemoryView } from '../../memory/view.ts';

type Amounts = Map<string, Amount | string>;

const flat = ({ sums, counts, members, highest }: Partial<Total>): readonly (readonly [string, Amount | string])[] => [
  ...Object.entries(sums ?? {}).map(([name, value]) => [`sum ${name}`, value] as const),
  ...Object.entries(counts ?? {}).map(([name, value]) => [`count ${name}`, value] as const),
  ...Object.entries(members ?? {}).flatMap(([set, names]) =>
    Object.entries(names).map(([name, value]) => [`member ${set} ${name}`, value] as const),
  ),
  ...Object.entries(highest ?? {}).map(([name, value]) => [`highest ${name}`, value] as const),
];

const addTo = (row: Amounts, share: Share) => {
  for (const [name, value] of flat(share)) {
    const before = row.get(name);
    if (!name.startsWith('highest ')) row.set(name, amountOf(BigInt(before ?? 0) + BigInt(value)));
    else if (before === undefined || value > before) row.set(name, value);
  }
};

/** Without the names whose sum is 0: as if they had never been mentioned. */
const shown = (amounts: Iterable<readonly [string, Amount | string]>) =>
  Object.fromEntries(
    [...amounts]
      .filter(([name, value]) => value !== 0 || name.startsWith('highest '))
      .map(([name, value]) => [name, typeof value === 'bigint' ? `${value}n` : value] as const)
      .sort(),
  );

/** The faults of a view's shared rows: each must be the sum of the contributions of all streams, computed from nothing. */
export const sharesFault = async (
  projection: AnyProjection & AnySharedRows,
  memories: ReadonlyMap<string, unknown>,
  view: MemoryView,
): Promise<string | undefined> => {
  const expected = new Map<string, Amounts>();
  for (const memory of memories.values())
    for (const [row, share] of Object.entries(projection.shares(memory as never))) {
      const amounts = expected.get(row) ?? new Map();
      expected.set(row, amounts);
      addTo(amounts, share);
    }
  const items = await allSharedRows(view);
  const there = new Map(items.map(({ row, parts }) => [row, totalOf(parts)?.total] as const));
  for (const row of new Set([...there.keys(), ...expected.keys()])) {
    const [is, wanted] = [shown(flat(there.get(row) ?? {})), shown(expected.get(row) ?? [])];
    if (!isDeepStrictEqual(is, wanted))
      return `${projection.name}, ${row}: ${JSON.stringify(is)}, and the shares of all streams come to ${JSON.stringify(wanted)}`;
  }
  return undefined;
};
