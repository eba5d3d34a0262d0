import { namesOf } from '../difference.ts';
import type { Formats } from '../version.ts';
import { type PersonalPlace, personalPlaces } from './personal.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A schema, and those that it consists of or chooses from. */
const choicesOf = (schema: unknown, root: Json, most = 20): readonly Json[] => {
  if (!isObject(schema) || most === 0) return [];
  const { $ref, anyOf, oneOf, allOf } = schema;
  const name = typeof $ref === 'string' ? /^#\/\$defs\/(.+)$/.exec($ref)?.[1] : undefined;
  const referred = name !== undefined && isObject(root.$defs) ? root.$defs[name] : $ref === '#' ? root : undefined;
  const parts = [referred, ...listOf(anyOf), ...listOf(oneOf), ...listOf(allOf)];
  return [schema, ...parts.flatMap((part) => choicesOf(part, root, most - 1))];
};

/** What a schema says of one of its fields or elements. */
const within = ({ properties, additionalProperties, prefixItems, items }: Json, field: string): unknown => {
  if (isObject(properties) && Object.hasOwn(properties, field)) return properties[field];
  return listOf(prefixItems)[Number(field)] ?? (isObject(items) ? items : additionalProperties);
};

/** Finds what is declared of the personal values of events, by the event's type and the value's field: for values that stand elsewhere than where they were sealed. */
export const placeFinder = () => {
  const known = new Map<object, ReturnType<typeof personalPlaces>>();
  return (formats: Formats, type: string, pointer: string): PersonalPlace | undefined => {
    for (const schema of (Object.hasOwn(formats, type) ? formats[type]!.schemas : []).toReversed()) {
      const places = known.get(schema) ?? personalPlaces(schema);
      known.set(schema, places);
      const root = places.json as Json;
      const schemas = namesOf(pointer).reduce<readonly unknown[]>(
        (at, field) => at.flatMap((each) => choicesOf(each, root)).map((each) => within(each, field)),
        [root],
      );
      const at = schemas.flatMap((each) => choicesOf(each, root)).find((each) => each['x-place'] !== undefined);
      if (at) return places.found[at['x-place'] as number];
    }
    return undefined;
  };
};
