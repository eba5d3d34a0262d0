/** Data that could not be stored, or would be read back as something else. */
export class NotStorable extends Error {
  override name = 'NotStorable';
}

/** DynamoDB nests 32 levels; the item, its list of events and the event are three of them. */
export const levels = 29;
const smallest = 1e-130;
const beyond = 1e126;

const refuse = (path: string, fault: string): never => {
  throw new NotStorable(`${path} ${fault}`);
};

const text = (value: string, path: string): string =>
  value.isWellFormed() ? value : refuse(path, 'holds half of a surrogate pair, which UTF-8 cannot express.');

const number = (value: number, path: string): number => {
  if (!Number.isFinite(value)) return refuse(path, `is ${value}, which JSON does not have.`);
  const size = Math.abs(value);
  if (size !== 0 && (size < smallest || size >= beyond))
    return refuse(path, `is ${value}: DynamoDB holds 0 and magnitudes from 1e-130 to 9.9e125.`);
  // JSON has no negative zero: it would be read back as 0.
  return value === 0 ? 0 : value;
};

const property = (name: string, path: string): string => {
  if (name === '') return refuse(path, 'has a property with an empty name, which DynamoDB refuses.');
  if (name === '__proto__') return refuse(path, 'has a property named __proto__, which JavaScript takes for something else.');
  return text(name, `A property's name in ${path}`);
};

const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value));

const kindOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;

const container = (value: unknown, path: string, left: number): unknown => {
  if (typeof value !== 'object' || value === null) return refuse(path, `is of type ${kindOf(value)}, which JSON does not have.`);
  if (left === 0) return refuse(path, `is nested deeper than ${levels} levels.`);
  if (Array.isArray(value)) return Array.from(value, (element, i) => copy(element, `${path}[${i}]`, left - 1));
  if (!isPlain(value)) return refuse(path, `is of type ${kindOf(value)}: only plain objects can be stored.`);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, element]) => element !== undefined)
      .map(([name, element]) => [property(name, path), copy(element, `${path}.${name}`, left - 1)]),
  );
};

const copy = (value: unknown, path: string, left: number): unknown => {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return text(value, path);
  if (typeof value === 'number') return number(value, path);
  return container(value, path, left);
};

/** A copy of plain JSON data that is stored and read back as exactly that; anything else is refused with its path.
 * Properties that are undefined are dropped, -0 becomes 0. */
export const storable = <T>(data: T, path = 'data'): T => copy(data, path, levels) as T;
