import { dynamoDb } from '../limits.ts';

// DynamoDB's own rule for the size of an item, as published in 2026: names and strings in UTF-8, two digits of a number to
// a byte, three bytes for a list or map and one for each of its elements. Where the rule says "approximately" this errs upwards.

/**
 * The most bytes of a command's commit. The rest of an item is for a process that cannot react to an event at once: it keeps the event in a
 * commit of its own, with its position and the reason.
 */
export const largestCommit = dynamoDb.itemBytes - 8 * 1024;

export const textSize = (text: string): number => Buffer.byteLength(text, 'utf8');

const numberSize = (value: number | bigint): number => {
  const digits = String(value)
    .replace('-', '')
    .replace(/e.*$/, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '').length;
  return Math.floor(digits / 2) + 2 + (value < 0 ? 1 : 0);
};

export const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

const valueSize = (value: unknown): number => {
  if (typeof value === 'string') return textSize(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberSize(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return 3 + sum(value.map((element) => 1 + valueSize(element)));
  if (typeof value === 'object' && value !== null) return 3 + Object.keys(value).length + itemSize(value);
  return 1;
};

/** The bytes of an object as an item of DynamoDB; never less than DynamoDB counts. */
export const itemSize = (item: object): number =>
  sum(Object.entries(item).map(([name, value]) => (value === undefined ? 0 : textSize(name) + valueSize(value))));

/** The units of one consistent read of so many bytes. */
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / dynamoDb.readUnitBytes));
