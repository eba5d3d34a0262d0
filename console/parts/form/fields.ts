/** One input of a form. What no plain input can hold is written as JSON. */
export type FormField = Readonly<{
  /** Where it stands in the data, with dots between: a part of a part has an input of its own. */
  name: string;
  path: readonly string[];
  /** How many of the parts that it stands in are there whatever is in them. */
  whole: number;
  kind: 'text' | 'number' | 'yes-no' | 'choice' | 'json';
  choices?: readonly string[];
  isRequired: boolean;
  hint?: string;
}>;

type Schema = Readonly<{
  type?: string | readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  description?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  additionalProperties?: unknown;
}>;

const kindOf = (schema: Schema): Pick<FormField, 'kind' | 'choices'> => {
  const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (choices?.every((each) => typeof each === 'string')) return { kind: 'choice', choices };
  if (schema.type === 'string') return { kind: 'text' };
  if (schema.type === 'number' || schema.type === 'integer') return { kind: 'number' };
  return { kind: schema.type === 'boolean' ? 'yes-no' : 'json' };
};

const hintOf = ({ description, format, type, minimum, exclusiveMinimum }: Schema): string | undefined => {
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `from ${minimum}` : undefined;
  const above = exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : undefined;
  const parts = [description, format, type === 'integer' ? 'a whole number' : undefined, least, above].filter(
    (part) => part !== undefined,
  );
  return parts.length > 0 ? parts.join(', ') : undefined;
};

/** A part with fields of its own, and no others: each gets an input. */
const isPart = ({ type, properties = {}, additionalProperties }: Schema): boolean =>
  type === 'object' && Object.keys(properties).length > 0 && typeof additionalProperties !== 'object';

const fieldsIn = (schema: Schema, within: readonly string[], isNeeded: boolean): readonly FormField[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
    const path = [...within, name];
    const isRequired = isNeeded && (schema.required?.includes(name) ?? false);
    if (isPart(each)) return fieldsIn(each, path, isRequired);
    const hint = hintOf(each);
    const whole = isNeeded ? within.length : within.length - 1;
    return [{ name: path.join('.'), path, whole, ...kindOf(each), isRequired, ...(hint !== undefined && { hint }) }];
  });

/** The inputs of a form for data of a JSON Schema: one for each field of an object and of its parts, and one for all where it is none. */
export const fieldsOf = (schema: Schema): readonly FormField[] =>
  schema.type === 'object' ? fieldsIn(schema, [], true) : [{ name: '', path: [], whole: 0, kind: 'json', isRequired: true }];

export type Values = Readonly<Record<string, string>>;

type Data = Readonly<Record<string, unknown>>;

/** The texts of the inputs for some data. */
export const valuesOf = (fields: readonly FormField[], data: unknown): Values => {
  return Object.fromEntries(
    fields.map(({ name, path, kind }) => {
      const value = path.reduce<unknown>((part, each) => (part as Data | undefined)?.[each], data);
      if (value === undefined) return [name, ''];
      return [name, kind === 'json' ? JSON.stringify(value) : String(value)];
    }),
  );
};

const parsed = ({ kind }: FormField, text: string): unknown => {
  if (kind === 'json') return JSON.parse(text);
  if (kind === 'yes-no') return text === 'true';
  if (kind !== 'number') return text;
  if (text.trim() === '' || Number.isNaN(Number(text))) throw new Error('must be a number');
  return Number(text);
};

export type FormData = Readonly<{ data: unknown; faults: Readonly<Record<string, string>> }>;

type Part = Record<string, unknown>;

/** The part of some data at a path, which is made where it is not there. */
const partAt = (data: Part, path: readonly string[]): Part =>
  path.reduce<Part>((part, name) => {
    part[name] ??= {};
    return part[name] as Part;
  }, data);

/** The data that the inputs say, and what is wrong with them by their names. An input that is empty and not required is left out. */
export const dataOf = (fields: readonly FormField[], values: Values): FormData => {
  const [data, faults]: [Part, Record<string, string>] = [{}, {}];
  for (const field of fields) {
    const { name, path, whole, kind, isRequired } = field;
    const text = values[name] ?? '';
    partAt(data, path.slice(0, whole));
    if (text === '' && (!isRequired || kind === 'choice')) continue;
    try {
      const value = parsed(field, text);
      partAt(data, path.slice(0, -1))[path.at(-1) ?? ''] = value;
    } catch (cause) {
      faults[name] = kind === 'json' ? 'must be JSON' : (cause as Error).message;
    }
  }
  return { data: fields[0]?.name === '' ? data[''] : data, faults };
};
