import * as z from 'zod';
import { pointerTo } from '../difference.ts';
import { replaced } from './replaced.ts';
import { hasSealedLike, isSealed, isSealedLike, masked, type Sealed } from './sealed.ts';

/** Whose a personal value is, and whether values of all subjects are compared with it.
 * @example personal(z.email(), { of: 'customer', find: true });
 */
export type PersonalOptions = Readonly<{
  /** The field of the event that holds the subject's id; without it, the subject is the stream's owner, or the stream's own id if its decider has no owners. */
  of?: string;
  /** The value is looked up, or unique, among all subjects: its hash is keyed for the deployment, and stays after an erasure. */
  find?: boolean;
  /** Public events carry the value opened, for all who listen: what they keep of it is out of an erasure's reach. Without it they carry a mark in its place. */
  reveal?: boolean;
}>;

/** A personal value on its way into an event: its commit cannot be stored until it is sealed.
 * @example if (value instanceof Unsealed) throw new Error('Seal it first.');
 */
export class Unsealed {
  readonly options: PersonalOptions;
  readonly #value: unknown;
  constructor(value: unknown, options: PersonalOptions) {
    this.#value = value;
    this.options = options;
  }
  /** The value, for the one that seals it. */
  static valueIn(unsealed: Unsealed): unknown {
    return unsealed.#value;
  }
  toJSON(): never {
    throw new Error('A personal value must be sealed before it is stored or printed.');
  }
  toString(): string {
    return '[personal]';
  }
}

/** True while a decider's event is checked on its way to be stored: only then plain values are taken. A parse is synchronous, and sets it back. */
let takesPlain = false;

/** Parses with plain values in place of the sealed ones, which come out as `Unsealed`.
 * @example takingPlain(() => currentSchema(format).safeParse(data));
 */
export const takingPlain = <T>(parse: () => T): T => {
  takesPlain = true;
  try {
    return parse();
  } finally {
    takesPlain = false;
  }
};

/** Told of a sealed value that a parse meets: what its place declares, and the schema of the value itself. */
type Meet = (sealed: Sealed, declared: PersonalSchema, schema: z.ZodType) => void;

let meets: Meet | undefined;

/** Parses, and tells each sealed value where the schema meets it. Of a union's choices the last one told is the one that was taken.
 * @example meetingSealed((sealed, declared) => found.set(sealed, declared), () => schema.safeParse(data));
 */
export const meetingSealed = <T>(meet: Meet, parse: () => T): T => {
  meets = meet;
  try {
    return parse();
  } finally {
    meets = undefined;
  }
};

/** An event's data for those outside: its sealed values are left where the schema says `reveal`, and each other one is masked.
 * @example forOutside(currentSchema(format), { email: sealed, name: sealed }); // { email: sealed, name: { masked: true } }
 */
export const forOutside = (schema: z.ZodType, data: unknown): unknown => {
  if (!hasSealedLike(data)) return data;
  const revealed = new Set<object>();
  const meet: Meet = (sealed, { reveal }) => void (reveal ? revealed.add(sealed) : revealed.delete(sealed));
  const { success } = meetingSealed(meet, () => schema.safeParse(data));
  return replaced(data, (value) =>
    isSealedLike(value) ? { value: success && revealed.has(value) ? value : masked(value) } : undefined,
  );
};

/** The schemas within those that `personal()` made. */
const valueSchemas = new WeakMap<object, z.ZodType>();

/** A place in a schema where a personal value may stand.
 * @example const { declared, schema }: PersonalPlace = personalPlaces(z.object({ email: personal(z.email()) })).found[0]!;
 */
export type PersonalPlace = Readonly<{ declared: PersonalSchema; schema: z.ZodType }>;

/** The JSON Schema of a format, in which `x-place` numbers the personal values of `found`.
 * @example personalPlaces(schema).json; // { properties: { email: { 'x-place': 0, ... } } }
 */
export const personalPlaces = (format: z.ZodType): Readonly<{ json: unknown; found: readonly PersonalPlace[] }> => {
  const found: PersonalPlace[] = [];
  const json = z.toJSONSchema(format, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const schema = valueSchemas.get(zodSchema);
      const declared = jsonSchema['x-personal'] as PersonalSchema | undefined;
      if (schema && declared) jsonSchema['x-place'] = found.push({ declared, schema }) - 1;
    },
  });
  return { json, found };
};

/** What a schema of a personal value declares, as its JSON Schema has it under `x-personal`.
 * @example const { of, find, schema }: PersonalSchema = json['x-personal'];
 */
export type PersonalSchema = PersonalOptions & Readonly<{ schema: unknown }>;

/**
 * Marks a personal value of an event: `decide` gives it as it is, the append seals it, and everything after that sees a `Sealed`. Any JSON value may be
 * personal, at any depth, but for what may be absent: write `personal(...).optional()`.
 * @example const customerEvents = { CustomerRegistered: v1(z.object({ email: personal(z.email(), { find: true }), address: personal(address) })) };
 */
export const personal = <S extends z.ZodType>(
  schema: S,
  options: PersonalOptions = {},
): z.ZodType<Sealed<z.output<S>>, Sealed<z.output<S>>> => {
  if (schema.safeParse(undefined).success)
    throw new Error('personal() was given a schema of what may be absent: write personal(schema).optional().');
  const { of, find, reveal } = options;
  const declared: PersonalSchema = {
    ...(of !== undefined && { of }),
    ...(find && { find }),
    ...(reveal && { reveal }),
    schema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  };
  const seals = z
    .any()
    .check((payload) => {
      const refuse = (message: string, path: PropertyKey[] = []) => {
        payload.issues.push({ code: 'custom', message, input: undefined, path, continue: false });
      };
      if (isSealed(payload.value)) return meets?.(payload.value, declared, schema);
      if (isSealedLike(payload.value)) return refuse('is no whole sealed value: it is damaged, or was taken out of its commit.');
      if (!takesPlain)
        return refuse(
          'is a personal value that is not sealed. A stored event has it sealed; an upcaster may move or drop a sealed value, but not make or change one.',
        );
      // A personal value within another one would be sealed twice, and opened once.
      takesPlain = false;
      const inner = schema.safeParse(payload.value);
      takesPlain = true;
      if (inner.success) payload.value = new Unsealed(inner.data, options);
      // The messages of the schema may quote the value, so only the paths are told.
      else
        for (const { path } of inner.error.issues)
          refuse('does not fit its schema (a personal value, which is not shown).', [...path]);
    })
    .meta({ 'x-personal': declared });
  valueSchemas.set(seals, schema);
  return seals as never;
};

/** A personal value in an event, and its place.
 * @example const { path, unsealed }: Found = unsealedIn(data)[0]!;
 */
export type Found = Readonly<{ path: string; unsealed: Unsealed }>;

/** The personal values in an event's data that are not sealed yet.
 * @example unsealedIn({ email: new Unsealed('ada@example.com', {}) }); // [{ path: '/email', unsealed }]
 */
export const unsealedIn = (data: unknown, path: readonly string[] = []): readonly Found[] => {
  if (data instanceof Unsealed) return [{ path: pointerTo(path), unsealed: data }];
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([name, value]) => unsealedIn(value, [...path, name]));
};

/** True if an event's data have personal values that are not sealed yet. Nearly none have any, and each event is asked.
 * @example hasUnsealed({ amount: 5 }); // false
 */
export const hasUnsealed = (data: unknown): boolean =>
  data instanceof Unsealed || (typeof data === 'object' && data !== null && Object.values(data).some(hasUnsealed));

/** An event's data with each personal value that is not sealed yet replaced.
 * @example replaceUnsealed(data, (path) => sealed.get(path));
 */
export const replaceUnsealed = (data: unknown, replace: (path: string, unsealed: Unsealed) => unknown): unknown =>
  replaced(data, (value, path) => (value instanceof Unsealed ? { value: replace(pointerTo(path), value) } : undefined));
