import * as z from 'zod';
import type { AnyDecider } from '../decider.ts';
import type { AnyProjection } from '../projection.ts';

const isMarked = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && (Object.hasOwn(schema, 'x-personal') || Object.values(schema).some(isMarked));

const known = new WeakMap<AnyDecider['events'], readonly string[]>();

/** The types of events that have personal values in any version of their formats: old ones are still read, and opened.
 * @example personalTypes(customer.events); // ['CustomerRegistered', 'EmailChanged']
 */
export const personalTypes = (events: AnyDecider['events']): readonly string[] => {
  const found =
    known.get(events) ??
    Object.keys(events).filter((type) =>
      events[type]!.schemas.some((schema) => isMarked(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))),
    );
  known.set(events, found);
  return found;
};

/** True if the events of a decider have personal values, in any version of their formats.
 * @example hasPersonal(customer); // true
 */
export const hasPersonal = ({ events }: Pick<AnyDecider, 'events'>): boolean => personalTypes(events).length > 0;

const personalFields = (row: z.ZodType): readonly string[] => {
  const { properties = {} } = z.toJSONSchema(row, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties).filter((field) => isMarked(properties[field]));
};

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
