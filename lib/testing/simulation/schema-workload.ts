import * as z from 'zod';
import type { Actor, May } from '../../core/access.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { Dice } from './dice.ts';
import type { Workload } from './plan.ts';

type Schema = Readonly<{
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
}>;

/** Some that fit many a pattern: a schema takes what it likes. */
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
const uuid = (dice: Dice) => `00000000-0000-4000-8000-${String(dice.below(4)).padStart(12, '0')}`;

const textFor = ({ minLength = 0, maxLength = 1_000 }: Schema, dice: Dice): string =>
  dice
    .pick([...texts, uuid(dice)])
    .padEnd(minLength, 'x')
    .slice(0, maxLength);

const numberFor = ({ minimum, maximum, exclusiveMinimum }: Schema, dice: Dice): number => {
  const least = Math.max(minimum ?? 0, exclusiveMinimum === undefined ? 0 : exclusiveMinimum + 1);
  return Math.min(least + dice.below(20), maximum ?? Number.MAX_SAFE_INTEGER);
};

const valueFor = (schema: Schema, dice: Dice): unknown => {
  if ('const' in schema) return schema.const;
  if (schema.enum) return dice.pick(schema.enum);
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return valueFor(dice.pick(choice), dice);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => valueFor(part, dice)));
  switch (schema.type) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const some = Object.entries(properties).filter(([name]) => required.includes(name) || dice.chance(0.5));
      return Object.fromEntries(some.map(([name, property]) => [name, valueFor(property, dice)]));
    }
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + dice.below(3) }, () => valueFor(schema.items ?? {}, dice));
    case 'integer':
    case 'number':
      return numberFor(schema, dice);
    case 'boolean':
      return dice.chance(0.5);
    case 'null':
      return null;
    default:
      return textFor(schema, dice);
  }
};

/** Where a few texts and ids must all fit at once, one in ten does. */
const tries = 1_000;
const ids = ['1', '1', '2', '3'];

const actorFor = (may: May, id: string, dice: Dice): Actor => {
  const owner: Actor = { id: id === '3' ? 'bob' : 'ada', role: 'customer' };
  const operator: Actor = { id: 'olga', role: 'operator' };
  if (dice.chance(0.06)) return dice.pick([operator, { id: 'bob', role: 'customer' }]);
  const fitting = { owner, operator, process: { id: 'robot', role: 'process' } as const };
  return fitting[dice.pick(may)];
};

/** Commands made up from a manifest's own schemas, for few ids. A schema that random values do not fit needs a workload of its own. */
export const schemaWorkload = ({ aggregates }: Manifest): Workload => {
  const commands = aggregates.flatMap(({ category, commands }) =>
    Object.entries(commands).map(([type, { may, schema }]) => ({
      category,
      type,
      may,
      schema,
      json: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema,
    })),
  );
  return (dice) => {
    const { category, type, may, schema, json } = dice.pick(commands);
    const id = dice.pick(ids);
    for (let i = 0; i < tries; i++) {
      const parsed = schema.safeParse(valueFor(json, dice));
      if (parsed.success) return { category, id, type, data: parsed.data, actor: actorFor(may, id, dice) };
    }
    throw new Error(`No made-up data fits ${category}'s ${type}: give simulate() a workload that makes such commands.`);
  };
};
