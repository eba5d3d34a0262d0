import * as z from 'zod';
import { sampleSealed } from './personal/sealed.ts';

/**
 * A source of choices where a schema leaves several: seeded randomness, or a fixed choice.
 * @example const first: Chooser = { below: () => 0, pick: (from) => from[0]!, chance: () => true };
 */
export type Chooser = Readonly<{
  /** A whole number from 0 on, below the limit. */
  below: (limit: number) => number;
  pick: <T>(from: readonly T[]) => T;
  chance: (probability: number) => boolean;
  /** Texts of its own, in the place of the usual ones. */
  text?: (schema: Schema) => string;
  /** Numbers of its own, in the place of small ones. */
  number?: (schema: Schema) => number;
}>;

/** The part of JSON Schema that commands, events and the API's answers are described with. */
export type Schema = Readonly<{
  $ref?: string;
  description?: string;
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  prefixItems?: readonly Schema[];
  minItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  /** A personal value, as `personal()` declares it. */
  'x-personal'?: Readonly<{ of?: string; find?: boolean; schema: unknown }>;
}>;

/** Texts that match many common patterns. */
const texts = [
  'a',
  'b',
  'abc',
  'EUR',
  'USD',
  '1',
  '42',
  'a1',
  'a@example.com',
  '2026-11-21',
  '2026-11-21T12:00:00.000Z',
  'https://example.com',
];
/** Texts for patterns that none of the others matches. */
const rarerTexts = ['2026-11', '12:00', '+43123456', 'A1', 'AT'];
const uuid = (choose: Chooser) => `00000000-0000-4000-8000-${String(choose.below(4)).padStart(12, '0')}`;

/** A text of those alone that a pattern takes: where many texts must match at the same time, choices among all of them hardly ever do. */
const matchingText = (schema: Schema, choose: Chooser): string => {
  const { pattern } = schema;
  const form = pattern === undefined ? undefined : new RegExp(pattern);
  const matching = form ? [...texts, ...rarerTexts, uuid(choose)].filter((text) => form.test(text)) : [];
  return matching.length === 0 ? textFor(schema, choose) : choose.pick(matching);
};

const textFor = ({ minLength = 0, maxLength = 1_000, pattern }: Schema, choose: Chooser): string => {
  const usual = [...texts, uuid(choose)];
  const form = pattern === undefined ? undefined : new RegExp(pattern);
  const rarer = form && !usual.some((text) => form.test(text)) ? rarerTexts.filter((text) => form.test(text)) : [];
  return choose
    .pick(rarer.length > 0 ? rarer : usual)
    .padEnd(minLength, 'x')
    .slice(0, maxLength);
};

const numberFor = ({ minimum, maximum, exclusiveMinimum }: Schema, choose: Chooser): number => {
  const least = Math.max(minimum ?? 0, exclusiveMinimum === undefined ? 0 : exclusiveMinimum + 1);
  return Math.min(least + choose.below(20), maximum ?? Number.MAX_SAFE_INTEGER);
};

const valueFor = (schema: Schema, choose: Chooser): unknown => {
  if (schema['x-personal']) return sampleSealed(schema['x-personal'].find === true);
  if ('const' in schema) return schema.const;
  if (schema.enum) return choose.pick(schema.enum);
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return valueFor(choose.pick(choice), choose);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => valueFor(part, choose)));
  switch (schema.type) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const some = Object.entries(properties).filter(([name]) => required.includes(name) || choose.chance(0.5));
      return Object.fromEntries(some.map(([name, property]) => [name, valueFor(property, choose)]));
    }
    case 'array':
      if (schema.prefixItems) return schema.prefixItems.map((item) => valueFor(item, choose));
      return Array.from({ length: (schema.minItems ?? 0) + choose.below(3) }, () => valueFor(schema.items ?? {}, choose));
    case 'integer':
    case 'number':
      return choose.number?.(schema) ?? numberFor(schema, choose);
    case 'boolean':
      return choose.chance(0.5);
    case 'null':
      return null;
    default:
      return choose.text?.(schema) ?? textFor(schema, choose);
  }
};

/** If several texts and ids must match at the same time, one try in ten does. */
const tries = 1_000;

/**
 * The first value that a schema accepts of many that are made up for its JSON Schema, unparsed. Each try has its chooser.
 * @example fittingValue(z.email(), json, () => first); // { value: 'a@example.com' }
 */
export const fittingValue = (
  schema: z.ZodType,
  json: Schema,
  chooserOf: (attempt: number) => Chooser,
): Readonly<{ value: unknown; data: unknown }> | undefined => {
  for (let attempt = 0; attempt < 2 * tries; attempt++) {
    const choose = chooserOf(attempt);
    const isHard = attempt >= tries && choose.text === undefined;
    const value = valueFor(json, isHard ? { ...choose, text: (text) => matchingText(text, choose) } : choose);
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value, data: parsed.data };
  }
  return undefined;
};

/**
 * A generator of values that a schema accepts, parsed. It returns undefined if none of many tries was accepted, as with unusual patterns.
 * @example madeUp(z.strictObject({ amount: z.int().positive() }))(first); // { data: { amount: 1 } }
 */
export const madeUp = (schema: z.ZodType): ((choose: Chooser) => Readonly<{ data: unknown }> | undefined) => {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return (choose) => {
    const found = fittingValue(schema, json, () => choose);
    return found && { data: found.data };
  };
};

/** Always makes the same choices, and fills every optional field: for examples that people read. */
const alike = (): Chooser => {
  let n = 0;
  const below = (limit: number): number => {
    n = (n * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((n / 2_147_483_648) * limit);
  };
  return { below, pick: (from) => from[below(from.length)]!, chance: () => true };
};

/**
 * One example of a schema, always the same; undefined if none was found.
 * @example exampleOf(z.strictObject({ currency: z.enum(['EUR']) })); // { data: { currency: 'EUR' } }
 */
export const exampleOf = (schema: z.ZodType): Readonly<{ data: unknown }> | undefined => madeUp(schema)(alike());
