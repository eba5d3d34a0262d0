import { difference } from '../../core/difference.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The effect of a change on the data that a schema accepts: none, more, less, or other data. */
export type Effect = 'annotated' | 'loosened' | 'tightened' | 'changed';

/** One change of a schema, as the end of a sentence that begins with the name of its version. */
export type SchemaChange = Readonly<{ effect: Effect; says: string }>;

const annotations = ['$schema', 'title', 'description', 'examples', 'deprecated', '$comment', 'id', '$id'];
const lowerBounds = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const upperBounds = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const alternatives = ['anyOf', 'oneOf'];
const nested = ['items', 'additionalProperties', 'propertyNames'];

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const same = (a: unknown, b: unknown): boolean => difference(a, b).length === 0;
const includes = (values: readonly unknown[], value: unknown) => values.some((other) => same(other, value));
const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Compares two sets of accepted values: the later one is a superset, a subset, both, or neither. */
const effectOf = (before: readonly unknown[], after: readonly unknown[]): Effect => {
  const [keeps, adds] = [before.every((value) => includes(after, value)), !after.every((value) => includes(before, value))];
  if (keeps) return adds ? 'loosened' : 'annotated';
  return adds ? 'changed' : 'tightened';
};

/** A number has every integer among its values. */
const withIntegers = (types: readonly unknown[]) => (types.includes('number') ? [...types, 'integer'] : types);

const propertiesOf = ({ properties }: JsonSchema): JsonSchema => (isSchema(properties) ? properties : {});

const fieldChanges = (before: JsonSchema, after: JsonSchema, path: string): readonly SchemaChange[] => {
  const [old, now] = [propertiesOf(before), propertiesOf(after)];
  const [wasRequired, isRequired] = [list(before.required), list(after.required)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((name): readonly SchemaChange[] => {
    const field = path ? `${path}.${name}` : name;
    const required = isRequired.includes(name);
    const was = (effect: Effect, says: string): SchemaChange => ({ effect, says: `${field} was ${says}` });
    if (!(name in old)) return [required ? was('tightened', 'added as a required field') : was('loosened', 'added')];
    if (!(name in now)) return [was('changed', 'taken out')];
    const isSame = required === wasRequired.includes(name);
    const requirement = required ? was('tightened', 'made required') : was('loosened', 'made optional');
    return [...(isSame ? [] : [requirement]), ...schemaChanges(old[name], now[name], field)];
  });
};

/** What is declared of a personal value; its schema is that of the value inside. */
const personalKeyword = 'x-personal';

const personalChanges = (before: unknown, after: unknown, path: string): readonly SchemaChange[] => {
  const field = path || 'the data';
  if (!isSchema(after)) return [{ effect: 'changed', says: `${field} was personal, and is plain now: what is stored is sealed` }];
  if (!isSchema(before))
    return [{ effect: 'changed', says: `${field} was plain, and is personal now: what is stored is not sealed` }];
  // What is revealed to others changes nothing that is stored.
  const { schema: old, reveal: _revealed, ...declared } = before;
  const { schema: now, reveal: _reveals, ...declares } = after;
  return [
    ...(same(declared, declares)
      ? []
      : [
          {
            effect: 'changed',
            says: `whose ${field} is, or how it is found, changed from ${show(declared)} to ${show(declares)}`,
          } as const,
        ]),
    ...schemaChanges(old, now, path),
  ];
};

const keywordChange = (keyword: string, before: unknown, after: unknown, path: string): readonly SchemaChange[] => {
  const field = path || 'the data';
  const was = (effect: Effect): readonly SchemaChange[] => [
    { effect, says: `the ${keyword} of ${field} changed from ${show(before ?? 'none')} to ${show(after ?? 'none')}` },
  ];
  if (annotations.includes(keyword)) return was('annotated');
  if (keyword === personalKeyword) return personalChanges(before, after, path);
  if (keyword === 'default') return was('changed');
  if (before === undefined) return was('tightened');
  if (after === undefined) return was('loosened');
  if (keyword === 'type') return was(effectOf(withIntegers(list(before)), withIntegers(list(after))));
  if (keyword === 'enum') return was(effectOf(list(before), list(after)));
  if (lowerBounds.includes(keyword)) return was(Number(after) < Number(before) ? 'loosened' : 'tightened');
  if (upperBounds.includes(keyword)) return was(Number(after) > Number(before) ? 'loosened' : 'tightened');
  if (nested.includes(keyword) && isSchema(before) && isSchema(after)) return schemaChanges(before, after, `${path}[]`);
  // The first alternative that fits is taken, so their order is more than a way of writing them.
  const effect = alternatives.includes(keyword) ? effectOf(list(before), list(after)) : 'changed';
  return was(effect === 'annotated' ? 'changed' : effect);
};

/** The changes between two JSON schemas of stored data. What is not known to be harmless counts as a change to other data. */
export const schemaChanges = (before: unknown, after: unknown, path = ''): readonly SchemaChange[] => {
  if (same(before, after)) return [];
  if (!isSchema(before) || !isSchema(after)) return keywordChange('schema', before, after, path);
  if (alternatives.some((keyword) => includes(list(after[keyword]), before)))
    return [{ effect: 'loosened', says: `${path || 'the data'} takes more than it took` }];
  // A format implies its pattern, which may be written in another way by another release of zod.
  const sameFormat = before.format !== undefined && before.format === after.format;
  const keywords = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((keyword) => !['properties', 'required'].includes(keyword) && !(keyword === 'pattern' && sameFormat))
    .filter((keyword) => !same(before[keyword], after[keyword]))
    .sort();
  return [
    ...fieldChanges(before, after, path),
    ...keywords.flatMap((keyword) => keywordChange(keyword, before[keyword], after[keyword], path)),
  ];
};
