import type { Schema } from '../../core/made-up.ts';
import type { Json } from './operation.ts';

const limitsOf = ({ pattern, format, minimum, maximum, exclusiveMinimum, minLength, maxLength, description }: Schema): string =>
  [
    description,
    format === undefined ? pattern && `like ${pattern}` : format,
    minimum !== undefined && `from ${minimum}`,
    exclusiveMinimum !== undefined && `more than ${exclusiveMinimum}`,
    maximum !== undefined && `up to ${maximum}`,
    minLength !== undefined && `at least ${minLength} characters`,
    maxLength !== undefined && `at most ${maxLength} characters`,
  ]
    .filter(Boolean)
    .join('; ');

const fields = ({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string => {
  const deeper = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const limits = schema.properties === undefined ? limitsOf(schema) : '';
    return `${deeper}${name}${required.includes(name) ? '' : '?'}: ${typeText(schema, deeper)}${limits ? `  // ${limits}` : ''}`;
  });
  const others = typeof additionalProperties === 'object' ? [`${deeper}[name]: ${typeText(additionalProperties, deeper)}`] : [];
  return lines.length + others.length === 0 ? '{}' : ['{', ...lines, ...others, `${indent}}`].join('\n');
};

/** A JSON Schema as text that a person reads like a type. */
export const typeText = (given: Json, indent = ''): string => {
  const schema = given as Schema;
  const { $ref, type, enum: values, items, prefixItems } = schema;
  if ($ref !== undefined) return $ref.split('/').at(-1) ?? $ref;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  const [several, between] = schema.allOf ? [schema.allOf, ' & '] : [schema.anyOf ?? schema.oneOf, ' | '];
  if (several) return several.map((one) => typeText(one, indent)).join(between);
  if (prefixItems) return `[${prefixItems.map((one) => typeText(one, indent)).join(', ')}]`;
  if (type === 'array') return `${items ? typeText(items, indent) : 'anything'}[]`;
  return type === 'object' ? fields(schema, indent) : (type ?? 'anything');
};
