import { dynamoDb } from '../limits.ts';
import { readUnits, sum } from '../store/size.ts';

/** The units of one write of an item of so many bytes: the larger one of before and after. */
export const writeUnits = (...bytes: readonly number[]): number =>
  Math.max(1, Math.ceil(Math.max(...bytes) / dynamoDb.writeUnitBytes));

/** One request reads all of these together. */
export const readTogether = (...bytes: readonly number[]): number => readUnits(sum(bytes));

/** A scan that is eventually consistent takes half, and rounds each page alone. */
export const scanUnits = (bytes: number): number => bytes / dynamoDb.readUnitBytes / 2;

/** An item costs double in a transaction. */
export const inTransaction = 2;

/** An item as an index has it: the values of the index's keys, its bytes, and what distinguishes its content from another one's. */
export type Indexed = Readonly<{ keys: string; bytes: number; content: string }>;

/**
 * The units that a write of an item takes in one index, which has it or not, before and after: one where it comes, changes or goes, two where its
 * keys change, and none where nothing of it changes ("Write operations for global secondary indexes").
 */
export const indexUnits = (before: Indexed | undefined, after: Indexed | undefined): number => {
  if (before && after && before.keys === after.keys)
    return before.content === after.content ? 0 : writeUnits(before.bytes, after.bytes);
  return (before ? writeUnits(before.bytes) : 0) + (after ? writeUnits(after.bytes) : 0);
};
