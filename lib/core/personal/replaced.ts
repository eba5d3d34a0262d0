/** JSON in which some values are replaced: `replace` answers undefined for those that stay, and are looked into.
 * @example replaced(data, (value) => (isSealed(value) ? { value: masked } : undefined));
 */
export const replaced = (
  data: unknown,
  replace: (value: object, path: readonly string[]) => Readonly<{ value: unknown }> | undefined,
  path: readonly string[] = [],
): unknown => {
  if (typeof data !== 'object' || data === null) return data;
  const instead = replace(data, path);
  if (instead) return instead.value;
  if (Array.isArray(data)) return data.map((element, i) => replaced(element, replace, [...path, String(i)]));
  // An object that is no JSON is whole: it would lose what it is.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(data))) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, replaced(value, replace, [...path, name])]));
};
