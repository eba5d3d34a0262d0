import * as z from 'zod';
import { exampleOf } from '../../core/made-up.ts';
import { currentSchema, type Source } from '../../core/version.ts';
import { UserError } from '../terminal/user-error.ts';

/** A field of an event that a view can show as it is. */
export type Field = Readonly<{ name: string; type: 'string' | 'number' | 'boolean' }>;

/** An event in the form that code is generated from. */
export type EventShape = Readonly<{ type: string; fields: readonly Field[]; example: Readonly<Record<string, unknown>> }>;

type Property = Readonly<{ type?: string; enum?: unknown; const?: unknown }>;
type ObjectSchema = Readonly<{ properties?: Readonly<Record<string, Property>>; required?: readonly string[] }>;

const kinds: Readonly<Record<string, Field['type']>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
};

/** The fields that an event always has, and that are a plain text, number or truth. A union of literals has a type of its own, and is left out. */
const fieldsOf = (schema: z.ZodType): readonly Field[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { unrepresentable: 'any' }) as ObjectSchema;
  return Object.entries(properties).flatMap(([name, property]) => {
    const type = kinds[property.type ?? ''];
    const isPlain = type !== undefined && property.enum === undefined && property.const === undefined;
    return isPlain && required.includes(name) ? [{ name, type }] : [];
  });
};

/** The events of a source, in the order in which they are declared: the first one is taken for that with which a stream begins. */
export const shapesOf = ({ category, events }: Source): readonly EventShape[] =>
  Object.entries(events).map(([type, format]) => {
    const schema = currentSchema(format);
    const { data } = exampleOf(schema) as { data?: Readonly<Record<string, unknown>> };
    if (data === undefined)
      throw new UserError(
        `No example of ${category}'s ${type} can be made up, and the generated test needs one.`,
        'Write the view or the process by hand: copy one that there is.',
      );
    return { type, fields: fieldsOf(schema), example: data };
  });
