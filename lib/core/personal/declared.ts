import * as z from 'zod';
import type { AnyDecider } from '../decider.ts';
import type { AnyProjection } from '../projection.ts';
import { currentSchema } from '../version.ts';
import type { PersonalSchema } from './personal.ts';

/** What the personal values in a JSON Schema declare.
 * @example markedIn(z.toJSONSchema(schema)).flatMap(({ of }) => of ?? []); // ['friend']
 */
export const markedIn = (schema: unknown): readonly PersonalSchema[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { 'x-personal': own, ...rest } = schema as Readonly<Record<string, unknown>>;
  return [...(own ? [own as PersonalSchema] : []), ...Object.values(rest).flatMap(markedIn)];
};

/** What the personal values of a schema declare.
 * @example personalOf(z.object({ email: personal(z.email(), { find: true }) })).map(({ find }) => find); // [true]
 */
export const personalOf = (schema: z.ZodType): readonly PersonalSchema[] =>
  markedIn(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));

/** The fields of an object's schema that hold personal values, at any depth.
 * @example personalFields(z.object({ to: personal(z.email()), total: z.int() })); // ['to']
 */
export const personalFields = (schema: z.ZodType): readonly string[] => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties).filter((name) => markedIn(properties[name]).length > 0);
};

const known = new WeakMap<AnyDecider['events'], readonly string[]>();

/** The types of events that have personal values in any version of their formats: old ones are still read, and opened.
 * @example personalTypes(customer.events); // ['CustomerRegistered', 'EmailChanged']
 */
export const personalTypes = (events: AnyDecider['events']): readonly string[] => {
  const found =
    known.get(events) ??
    Object.keys(events).filter((type) => events[type]!.schemas.some((schema) => personalOf(schema).length > 0));
  known.set(events, found);
  return found;
};

/** True if the events of a decider have personal values, in any version of their formats.
 * @example hasPersonal(customer); // true
 */
export const hasPersonal = ({ events }: Pick<AnyDecider, 'events'>): boolean => personalTypes(events).length > 0;

/** The faults of a view whose rows are filtered by what their schema says is personal: a filter compares what is stored, and that is sealed.
 * @example personalFilters(customerDirectory); // []
 */
export const personalFilters = ({ name, filters = [], row }: Pick<AnyProjection, 'name' | 'filters' | 'row'>): string[] => {
  const personal = filters.length > 0 && row ? personalFields(row) : [];
  return (filters as readonly string[])
    .filter((field) => personal.includes(field))
    .map(
      (field) =>
        `${name} is filtered by ${field}, which is personal and stored sealed: declare a list by it, with \`find: true\`.`,
    );
};

/** The aggregates of a manifest whose events have personal values.
 * @example personalIn(manifest).map(({ category }) => category); // ['customer']
 */
export const personalIn = ({ aggregates }: Readonly<{ aggregates: readonly AnyDecider[] }>): readonly AnyDecider[] =>
  aggregates.filter(hasPersonal);

/** True if public events of a decider carry personal values opened: whoever sends them must be able to open.
 * @example reveals(customer); // true if it publishes an event with personal(..., { reveal: true })
 */
export const reveals = ({ events, publishes = [] }: Pick<AnyDecider, 'events' | 'publishes'>): boolean =>
  publishes.some((type) => {
    const format = events[type];
    return format !== undefined && personalOf(currentSchema(format)).some(({ reveal }) => reveal === true);
  });
