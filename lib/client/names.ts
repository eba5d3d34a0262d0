/** The words of a name with hyphens, as paths have them: the same rule as the server's. */
export const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

/** Names that JavaScript itself asks objects for. */
const notNames: readonly PropertyKey[] = ['then', 'toJSON'];

/** An object that makes its members by their names when they are asked for. */
export const named = <T>(make: (name: string) => T): never =>
  new Proxy({}, { get: (_, name) => (typeof name === 'symbol' || notNames.includes(name) ? undefined : make(name)) }) as never;
