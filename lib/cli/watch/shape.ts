const isSchema = (value: object): boolean => '_zod' in value;

/** A decider's or a process's first state is code, as its functions are: no construct reads it. */
const codeAlone = ['initial'];

/**
 * A manifest without its code, as text: constructs read names, lists, rights and the like, and never call its functions. Two manifests of one shape are
 * deployed as the same resources. Data that only functions read is in the text as well: a change of it is deployed though replacing would do.
 */
export const shapeOf = (value: unknown): string => {
  const known = new Map<object, number>();
  const plain = (each: unknown): unknown => {
    // The kernel's own functions are told apart by their names.
    if (typeof each === 'function') return `code ${each.name}`;
    if (typeof each === 'bigint' || typeof each === 'symbol') return String(each);
    if (typeof each !== 'object' || each === null) return each;
    if (isSchema(each)) return 'schema';
    const seen = known.get(each);
    // One object at two places is described once; so is one that contains itself.
    if (seen !== undefined) return `as ${seen}`;
    known.set(each, known.size);
    if (Array.isArray(each)) return each.map(plain);
    if (each instanceof Map || each instanceof Set) return [...each].map(plain);
    if (each instanceof RegExp || each instanceof Date) return String(each);
    const entries = Object.entries(each).filter(([key]) => !codeAlone.includes(key));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, plain(inner)]));
  };
  return JSON.stringify(plain(value)) ?? '';
};
