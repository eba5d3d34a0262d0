import * as z from 'zod';
import { pointerTo } from '../../core/difference.ts';
import { exampleOf } from '../../core/made-up.ts';
import type { Schema } from './model.ts';

/** The bounds of a safe integer say nothing to a reader. */
const withoutSafeBounds = ({ jsonSchema: json }: Readonly<{ jsonSchema: { minimum?: number; maximum?: number } }>): void => {
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
};

/** A schema as JSON Schema, in the form in which its data is stored or sent. */
export const schemaOf = (schema: z.ZodType): Schema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: withoutSafeBounds });
  return rest as Schema;
};

/** Data that fits a schema, if any can be made up. */
export const exampleFor = (schema: z.ZodType): Readonly<{ data: unknown }> | undefined => {
  try {
    return exampleOf(schema);
  } catch {
    return undefined;
  }
};

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** The places of personal values in a JSON Schema, as JSON pointers; `*` stands for any item or key. */
export const personalPlacesIn = (schema: unknown, path: readonly string[] = []): readonly string[] => {
  if (!isSchema(schema)) return [];
  if (isSchema(schema['x-personal'])) return [pointerTo(path) || '/'];
  const { properties = {}, items, additionalProperties } = schema as Readonly<Record<string, unknown>>;
  const choices = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => (schema[keyword] ?? []) as readonly unknown[]);
  return [
    ...new Set([
      ...Object.entries(properties as Schema).flatMap(([name, each]) => personalPlacesIn(each, [...path, name])),
      ...[items, additionalProperties].flatMap((each) => personalPlacesIn(each, [...path, '*'])),
      ...choices.flatMap((each) => personalPlacesIn(each, path)),
    ]),
  ];
};
