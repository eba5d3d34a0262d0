/** One field in which two values differ; a side where the field is missing is absent.
 * @example const change: Change = { path: '/balance', from: 5, to: 7 };
 */
export type Change = Readonly<{ path: string; from?: unknown; to?: unknown }>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** A place in plain data as a JSON pointer (RFC 6901).
 * @example pointerTo(['items', 0, 'a/b']); // '/items/0/a~1b'
 */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The names on the way to a place, of its JSON pointer.
 * @example namesOf('/lines/0/sku'); // ['lines', '0', 'sku']
 */
export const namesOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The fields in which two plain values differ, by JSON pointer, in the order of their names.
 * @example difference({ balance: 5 }, { balance: 7 }); // [{ path: '/balance', from: 5, to: 7 }]
 */
export const difference = (from: unknown, to: unknown, path = ''): readonly Change[] => {
  if (Object.is(from, to)) return [];
  if (!isObject(from) || !isObject(to) || Array.isArray(from) !== Array.isArray(to))
    return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return (Array.isArray(from) ? keys : keys.sort()).flatMap((key) =>
    difference(from[key], to[key], `${path}${pointerTo([key])}`),
  );
};
