/** Data that could not be stored, or would be read back as something else; where in it, as a JSON pointer, and why. */
export class NotStorable extends Error {
  override name = 'NotStorable';
  readonly pointer: string;
  readonly fault: string;
  constructor(
    message: string,
    { pointer = '', fault = message, ...options }: ErrorOptions & { pointer?: string; fault?: string } = {},
  ) {
    super(message, options);
    this.pointer = pointer;
    this.fault = fault;
  }
}

/** A position in data: its parent, and its name there. */
type Path = Readonly<{ within: Path | undefined; name: string | number }>;

const words = ({ within, name }: Path): string =>
  within ? `${words(within)}${typeof name === 'number' ? `[${name}]` : `.${name}`}` : String(name);
const pointer = ({ within, name }: Path): string =>
  within ? `${pointer(within)}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}` : '';

/** DynamoDB nests 32 levels; the item, its list of events and the event are three of them. */
export const levels = 29;
const smallest = 1e-130;
const beyond = 1e126;

const refuse = (path: Path, fault: string, what = words(path)): never => {
  throw new NotStorable(`${what} ${fault}`, { pointer: pointer(path).toWellFormed(), fault });
};

const text = (value: string, path: Path, what?: string): string =>
  value.isWellFormed() ? value : refuse(path, 'has an unpaired surrogate, which UTF-8 cannot express.', what);

/** True if DynamoDB can store a number. */
export const isStorable = (value: number): boolean => {
  const size = Math.abs(value);
  return size === 0 || (size >= smallest && size < beyond);
};

const number = (value: number, path: Path): number => {
  if (!Number.isFinite(value)) return refuse(path, `is ${value}, which JSON does not have.`);
  if (!isStorable(value)) return refuse(path, `is ${value}: only 0 and magnitudes from 1e-130 to 9.9e125 can be stored.`);
  // JSON has no negative zero: it would be read back as 0.
  return value === 0 ? 0 : value;
};

const property = (name: string, path: Path): string => {
  if (name === '') return refuse(path, 'has a property with an empty name, which cannot be stored.');
  if (name === '__proto__') return refuse(path, 'has a property named __proto__, which JavaScript treats specially.');
  return name.isWellFormed() ? name : text(name, { within: path, name }, `A property's name in ${words(path)}`);
};

const isPlain = (value: object, above = Object.getPrototypeOf(value)): boolean => above === Object.prototype || above === null;

const kindOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value;

const container = (value: unknown, path: Path, left: number): unknown => {
  if (typeof value !== 'object' || value === null) return refuse(path, `is of type ${kindOf(value)}, which JSON does not have.`);
  if (left === 0) return refuse(path, 'is nested too deeply to be stored.');
  if (Array.isArray(value)) return Array.from(value, (element, i) => copy(element, path, i, left - 1));
  if (!isPlain(value)) return refuse(path, `is of type ${kindOf(value)}: only plain objects can be stored.`);
  const copied: Record<string, unknown> = {};
  for (const name in value) {
    const element = (value as Readonly<Record<string, unknown>>)[name];
    if (element !== undefined) copied[property(name, path)] = copy(element, path, name, left - 1);
  }
  return copied;
};

/** Everything that is stored goes through here, so that the path of a value is made only where it is needed: for an error, or for what it holds. */
const copy = (value: unknown, within: Path | undefined, name: string | number, left: number): unknown => {
  if (value === null || typeof value === 'boolean' || (typeof value === 'string' && value.isWellFormed())) return value;
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const path: Path = { within, name };
  if (typeof value === 'string') return text(value, path);
  if (typeof value === 'number') return number(value, path);
  return container(value, path, left);
};

/** A copy of plain JSON data that is stored and read back as exactly that; anything else is refused with its path.
 * Properties that are undefined are dropped, -0 becomes 0. */
export const storable = <T>(data: T, path = 'data', deepest = levels): T => copy(data, undefined, path, deepest) as T;
