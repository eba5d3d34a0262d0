/** One input of a form. What no plain input can hold is written as JSON. */
export type FormField = Readonly<{
  name: string;
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

/** The inputs of a form for data of a JSON Schema: one for each field of an object, and one for all where it is none. */
export const fieldsOf = (schema: Schema): readonly FormField[] => {
  if (schema.type !== 'object') return [{ name: '', kind: 'json', isRequired: true }];
  return Object.entries(schema.properties ?? {}).map(([name, each]) => {
    const hint = hintOf(each);
    return { name, ...kindOf(each), isRequired: schema.required?.includes(name) ?? false, ...(hint !== undefined && { hint }) };
  });
};

export type Values = Readonly<Record<string, string>>;

/** The texts of the inputs for some data. */
export const valuesOf = (fields: readonly FormField[], data: unknown): Values => {
  const of = (data ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    fields.map(({ name, kind }) => {
      const value = name === '' ? data : of[name];
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

/** The data that the inputs say, and what is wrong with them by their names. An input that is empty and not required is left out. */
export const dataOf = (fields: readonly FormField[], values: Values): FormData => {
  const [data, faults]: [Record<string, unknown>, Record<string, string>] = [{}, {}];
  for (const field of fields) {
    const text = values[field.name] ?? '';
    if (text === '' && (!field.isRequired || field.kind === 'choice')) continue;
    try {
      data[field.name] = parsed(field, text);
    } catch (cause) {
      faults[field.name] = field.kind === 'json' ? 'must be JSON' : (cause as Error).message;
    }
  }
  return { data: fields[0]?.name === '' ? data[''] : data, faults };
};
