import { type Amount, plus } from '../../core/amount.ts';
import type { Share, Total } from '../../core/share.ts';
import type { RowChange, RowPart } from '../ports.ts';
import { byName, flat, isHigher, partSort, rowPlace } from './shares.ts';

/** A part of a row with its key in the list. */
export type ListedPart = RowPart & Readonly<{ listed: string }>;

/** A part of a row after a change: amounts are added, highest values replaced. */
export const changedPart = (there: ListedPart | undefined, { row, shard, listed, add, raise }: RowChange): ListedPart => ({
  row,
  shard,
  listed,
  amounts: {
    ...there?.amounts,
    ...Object.fromEntries(Object.entries(add).map(([name, amount]) => [name, plus(there?.amounts[name] ?? 0, amount)])),
  },
  highest: { ...there?.highest, ...raise },
});

/** A part of a row as the table holds it. */
export const partItem = ({ row, shard, listed, amounts, highest }: ListedPart): object => ({
  key: rowPlace(row),
  sort: partSort(shard),
  listed,
  ...amounts,
  ...highest,
});

/** The amounts and highest values of a part, or of all parts of a row together. */
export type Sum = Pick<RowPart, 'amounts' | 'highest'>;

const nothing: Sum = { amounts: {}, highest: {} };

/** Adds up the contributions to a row, in no order: what its parts must come to. */
export const addingUp = () => {
  const amounts = new Map<string, Amount>();
  const highest = new Map<string, number | string>();
  return {
    add: (share: Share): void => {
      const own = flat(share);
      for (const [name, amount] of [...own.amounts, ['contributors', 1] as const])
        amounts.set(name, plus(amounts.get(name) ?? 0, amount));
      for (const [name, value] of own.highest) if (isHigher(value, highest.get(name))) highest.set(name, value);
    },
    sum: (): Sum => ({ amounts: Object.fromEntries(amounts), highest: Object.fromEntries(highest) }),
  };
};

/** All parts of a row together. */
export const sumOfParts = (parts: readonly Sum[]): Sum => {
  const amounts = new Map<string, Amount>();
  const highest = new Map<string, number | string>();
  for (const part of parts) {
    for (const [name, amount] of Object.entries(part.amounts)) amounts.set(name, plus(amounts.get(name) ?? 0, amount));
    for (const [name, value] of Object.entries(part.highest)) if (isHigher(value, highest.get(name))) highest.set(name, value);
  }
  return { amounts: Object.fromEntries(amounts), highest: Object.fromEntries(highest) };
};

/** True if two sums are equal: names with an amount of 0, and the number of changes, make no difference. */
export const sameSums = (a: Sum, b: Sum): boolean => {
  const values = ({ amounts, highest }: Sum) =>
    Object.entries({ ...amounts, ...highest })
      .filter(([name, value]) => name !== 'changes' && (name.startsWith('highest/') || value !== 0))
      .map(([name, value]) => [name, typeof value === 'bigint' ? { exactly: String(value) } : value] as const)
      .sort(byName);
  return JSON.stringify(values(a)) === JSON.stringify(values(b));
};

/** The part that repairs of a row change: always the same one, so that of two repairs at the same time one is refused. */
const repaired = 0;

/**
 * The parts of a row that must be put so that it comes to this sum. One part takes the difference of all amounts, so that a row is never half repaired; a
 * highest value goes wherever it is too high.
 */
export const partsFor = (row: string, there: readonly RowPart[], wanted: Sum): readonly RowPart[] => {
  const is = sumOfParts(there);
  const own = there.find(({ shard }) => shard === repaired) ?? { row, shard: repaired, amounts: {}, highest: {} };
  const names = new Set([...Object.keys(is.amounts), ...Object.keys(wanted.amounts)]);
  names.delete('changes');
  const amounts = [...names].map((name) => {
    const missing = plus(wanted.amounts[name] ?? 0, -(is.amounts[name] ?? 0));
    return [name, plus(own.amounts[name] ?? 0, missing)] as const;
  });
  const rightOf = ({ highest }: RowPart) =>
    Object.entries(highest).filter(
      ([name, value]) => wanted.highest[name] !== undefined && !isHigher(value, wanted.highest[name]),
    );
  const all = [
    { ...own, amounts: { ...own.amounts, ...Object.fromEntries(amounts) }, highest: wanted.highest },
    ...there.flatMap((part) => (part.shard === repaired ? [] : [{ ...part, highest: Object.fromEntries(rightOf(part)) }])),
  ];
  return all.filter((part) => !sameSums(part, there.find(({ shard }) => shard === part.shard) ?? nothing));
};

const namesUnder = <T>(prefix: string, values: ReadonlyMap<string, T>) =>
  [...values].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : []));

/** A row, all its parts taken together: as if it had never been split. Undefined where no stream has a share in it. */
export const totalOf = (parts: readonly Sum[]): Readonly<{ total: Total; changes: number }> | undefined => {
  const all = sumOfParts(parts);
  const [sums, highest] = [new Map(Object.entries(all.amounts)), new Map(Object.entries(all.highest))];
  if (!sums.get('contributors')) return undefined;
  const amounts = new Map([...sums].filter(([, amount]) => amount !== 0).sort(byName));
  const under = (prefix: string) => Object.fromEntries(namesUnder(prefix, amounts)) as Record<string, Amount>;
  const members = Map.groupBy(namesUnder('member/', amounts), ([name]) => name.slice(0, name.indexOf('/')));
  return {
    total: {
      sums: under('sum/'),
      counts: under('count/'),
      members: Object.fromEntries(
        [...members].map(([set, names]) => [set, Object.fromEntries(names.map(([name, n]) => [name.slice(set.length + 1), n]))]),
      ) as Total['members'],
      highest: Object.fromEntries(namesUnder('highest/', highest)),
    },
    changes: Number(sums.get('changes') ?? 0),
  };
};
