/** All that JSON writes as it is. */
const plain = /^[ !#-[\]-~]*$/;

const quoted = (text: string): string => {
  if (plain.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('A text with an unpaired surrogate has no canonical form.');
  return JSON.stringify(text);
};

/** Names come again with each commit: half of the time goes into them. There may be any number of them in what callers send. */
const names = new Map<string, string>();
const namesKept = 1_000;

const named = (name: string): string => {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = `${quoted(name)}:`;
  if (names.size < namesKept && name.length < 50) names.set(name, text);
  return text;
};

const sorted = (names: string[]): readonly string[] => {
  for (let i = 1; i < names.length; i++) if (names[i - 1]! > names[i]!) return names.sort();
  return names;
};

const list = (elements: readonly unknown[]): string => {
  let text = '';
  for (let i = 0; i < elements.length; i++) text += (i === 0 ? '' : ',') + canonical(elements[i] ?? null);
  return `[${text}]`;
};

const object = (values: Readonly<Record<string, unknown>>): string => {
  let text = '';
  for (const name of sorted(Object.keys(values))) {
    const value = values[name];
    if (value !== undefined) text += (text === '' ? '' : ',') + named(name) + canonical(value);
  }
  return `{${text}}`;
};

/**
 * The canonical JSON (RFC 8785) of plain JSON: the same text for the same data, in whichever order its names were written. Each commit that is read or
 * appended, and each message, comes through here. Properties that are undefined are left out.
 */
export const canonical = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  if (typeof value !== 'object') throw new TypeError(`JSON has no ${String(value)}, so that it has no canonical form.`);
  return Array.isArray(value) ? list(value) : object(value as Readonly<Record<string, unknown>>);
};
