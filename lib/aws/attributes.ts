import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Amount, amountOf } from '../core/amount.ts';

// The document client's own conversion is not used: it takes `{ constructor: ... }` in data for a class, turns numbers
// beyond 2^53 into bigints or refuses them, and does not reach the items that come inside of exceptions.

export type Item = Record<string, AttributeValue>;

export const toAttribute = (value: unknown): AttributeValue => {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if ((typeof value === 'number' && Number.isFinite(value)) || typeof value === 'bigint') return { N: String(value) };
  if (value instanceof Uint8Array) return { B: value };
  if (Array.isArray(value)) return { L: Array.from(value, toAttribute) };
  if (typeof value === 'object') return { M: toItem(value) };
  throw new TypeError(`DynamoDB cannot hold ${String(value)}: pass data through storable() first.`);
};

/** An object as DynamoDB takes it; properties that are undefined are left out. */
export const toItem = (values: object): Item => {
  const item: Item = {};
  for (const name of Object.keys(values)) {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    // On a plain object of the SDK this would set the prototype, and lose the value.
    if (name === '__proto__') throw new TypeError('DynamoDB cannot hold a property named __proto__.');
    if (value !== undefined) item[name] = toAttribute(value);
  }
  return item;
};

const fromAttribute = (value: AttributeValue): unknown => {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.B !== undefined) return value.B;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M !== undefined) return fromItem(value.M);
  throw new TypeError(`An attribute of a type that Foldstream never writes: ${Object.keys(value).join()}.`);
};

/** An integer of up to 38 digits, exactly, however an engine spells it. */
export const toAmount = (text: string): Amount => {
  const near = Number(text);
  // Some engines keep a sign on 0.
  if (Number.isSafeInteger(near)) return near === 0 ? 0 : near;
  const [, digits = text, fraction = '', exponent = '0'] = /^(-?\d+)(?:\.(\d+))?[eE]\+?(\d+)$/.exec(text) ?? [];
  return amountOf(BigInt(`${digits}${fraction}${'0'.repeat(Math.max(0, Number(exponent) - fraction.length))}`));
};

/** Turns an item into a plain object. Each page and each head comes through here: without lists of entries it takes half the time. */
export const fromItem = (item: Item): Record<string, unknown> => {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(item)) {
    const value = fromAttribute(item[name]!);
    // A name that others may have written: by an assignment it would set the prototype.
    if (name === '__proto__')
      Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
    else values[name] = value;
  }
  return values;
};
