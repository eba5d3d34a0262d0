import { plus } from '../../core/amount.ts';
import type { RowChange, RowPart } from '../ports.ts';
import { partSort, rowPlace } from './shares.ts';

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
