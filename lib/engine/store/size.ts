import { dynamoDb } from '../limits.ts';

// DynamoDB's own rule for the size of an item, as published in 2026: names and strings in UTF-8, two digits of a number to
// a byte, three bytes for a list or map and one for each of its elements. Where the rule says "approximately" this errs upwards.

/**
 * The most bytes of a command's commit. The rest of an item is for a process that cannot react to an event at once: it keeps the event in a
 * commit of its own, with its position and the reason.
 */
export const largestCommit = dynamoDb.itemBytes - 8 * 1024;

/** Up to this length a loop is faster than the call of a function of Node. */
const shortText = 48;

export const textSize = (text: string): number => {
  const { length } = text;
  if (length > shortText) return Buffer.byteLength(text, 'utf8');
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text, 'utf8');
  return length;
};

/** The digits of a whole number, without the zeros at its end: as of its text, which takes ten times as long. */
const wholeDigits = (value: number): number => {
  let left = Math.abs(value);
  while (left > 0 && left % 10 === 0) left /= 10;
  let digits = 0;
  for (; left >= 1; left = Math.floor(left / 10)) digits += 1;
  return digits;
};

const textDigits = (value: number | bigint): number =>
  String(value)
    .replace('-', '')
    .replace(/e.*$/, '')
    .replace('.', '')
    .replace(/^0+|0+$/g, '').length;

const numberSize = (value: number | bigint): number => {
  const digits = Number.isSafeInteger(value) ? wholeDigits(value as number) : textDigits(value);
  return Math.floor(digits / 2) + 2 + (value < 0 ? 1 : 0);
};

export const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

type Measure = Readonly<{ text: (value: string) => number; number: (value: number | bigint) => number }>;

const valueSize = (value: unknown, measure: Measure): number => {
  if (typeof value === 'string') return measure.text(value);
  if (typeof value === 'number' || typeof value === 'bigint') return measure.number(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.reduce((size: number, element) => size + 1 + valueSize(element, measure), 3);
  if (typeof value === 'object' && value !== null) return 3 + Object.keys(value).length + sizeBy(value, measure);
  return 1;
};

const sizeBy = (item: object, measure: Measure): number => {
  let size = 0;
  // Each commit and each row is measured: without a list of its entries that takes half the time.
  for (const name in item) {
    const value = (item as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) size += measure.text(name) + valueSize(value, measure);
  }
  return size;
};

const exact: Measure = { text: textSize, number: numberSize };
/** A character has at most three bytes in UTF-8, and a number of DynamoDB 38 digits. */
const most: Measure = { text: (value) => 3 * value.length, number: () => 22 };

/** The bytes of an object as an item of DynamoDB; never less than DynamoDB counts. */
export const itemSize = (item: object): number => sizeBy(item, exact);

/** A bound of that size, for a third of its time: no text is encoded, and no digit counted. */
export const mostSize = (item: object): number => sizeBy(item, most);

/** The units of one consistent read of so many bytes. */
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / dynamoDb.readUnitBytes));
