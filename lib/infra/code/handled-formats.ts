/** A part of an object literal: its key, and where it begins and ends. */
type Property = Readonly<{ key: string; from: number; to: number }>;

const closes: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
/** After one of these a slash begins a regular expression, and does not divide. */
const beforeExpression = /[(,=:[!&|?{};>]\s*$/;

/** The end of a text, a regular expression or a comment that begins here; the same position if none does. */
const skipped = (code: string, at: number): number => {
  const rest = code.slice(at, at + 10_000);
  if (rest[0] === '"' || rest[0] === "'") return at + (/^(["'])(?:\\.|(?!\1)[^\\])*\1/.exec(rest)?.[0].length ?? 0);
  if (rest[0] !== '/') return at;
  const comment = /^(?:\/\*[\s\S]*?\*\/|\/\/[^\n]*)/.exec(rest)?.[0];
  if (comment) return at + comment.length;
  if (!beforeExpression.test(code.slice(Math.max(0, at - 40), at))) return at;
  return at + (/^\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/\w*/.exec(rest)?.[0].length ?? 0);
};

const keyOf = (part: string): string | undefined =>
  /^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*(?:([\w$]+)|"([^"]+)"):/.exec(part)?.slice(1).find(Boolean);

/** The properties of the object literal that opens here; undefined for one that has others than `key: value`. */
const propertiesAt = (code: string, open: number): readonly Property[] | undefined => {
  const found: Property[] = [];
  const awaited: string[] = [];
  let from = open + 1;
  const take = (to: number): boolean => {
    if (code.slice(from, to).trim() === '') return true;
    const key = keyOf(code.slice(from, to));
    if (key !== undefined) found.push({ key, from, to });
    from = to + 1;
    return key !== undefined;
  };
  for (let at = open + 1; at < code.length; at++) {
    const end = skipped(code, at);
    const character = code[at]!;
    if (end > at) at = end - 1;
    // In a template there may be code.
    else if (character === '`') return undefined;
    else if (closes[character]) awaited.push(closes[character]);
    else if (awaited.length > 0 && character === awaited.at(-1)) awaited.pop();
    else if (awaited.length === 0 && (character === ',' || character === '}')) {
      if (!take(at)) return undefined;
      if (character === '}') return found;
    }
  }
  return undefined;
};

/**
 * Counts the uses of a variable in the bundler's output. Properties and keys of the same name do not count, nor do file names in the bundler's
 * comments.
 */
export const timesIn = (code: string, name: string): number => {
  // A spread, `...name`, is a use.
  const named = new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll('$', '\\$')}(?![\\w$:])`, 'g');
  return code.replaceAll(/^\/\/ .*$/gm, '').match(named)?.length ?? 0;
};

/** A definition as the bundler prints it: the lines that follow are indented, or close what it has opened. */
const definition = /^var ([\w$]+) = .*\n(?:(?:[ \t].*|[\])}].*)?\n)*/gm;
const unusedIn = (code: string): readonly string[] =>
  // A template may have lines of any form, and is left alone.
  [...code.matchAll(definition)].flatMap(([found, name = '']) =>
    timesIn(code, name) === 1 && !found.includes('`') ? [name] : [],
  );

/** Takes definitions away that nothing uses any more, those before them that only they have used, and so on. */
const withoutLeftOver = (code: string, before: readonly string[]): string => {
  const left = new Set(unusedIn(code).filter((name) => !before.includes(name)));
  if (left.size === 0) return code;
  return withoutLeftOver(
    code.replaceAll(definition, (found, name: string) => (left.has(name) ? '' : found)),
    before,
  );
};

/** Formats that a view's code has for nothing but to be read by them: the variable that holds them, all their types, and those that the view handles. */
export type Formats = Readonly<{ variable: string; types: readonly string[]; handled: readonly string[] }>;

/**
 * Takes the formats of events that a view does not handle out of its bundled, readable code, with what only they use. Code that is written in
 * another way than an object literal stays as it is: the hash then changes more often than it must, never too seldom.
 */
export const onlyHandled = (code: string, { variable, types, handled }: Formats): string => {
  // One is where they are defined, one where the view's source names them.
  if (timesIn(code, variable) !== 2) return code;
  const begin = `var ${variable} = {`;
  const at = code.indexOf(begin);
  const properties = at < 0 ? undefined : propertiesAt(code, at + begin.length - 1);
  if (properties?.map(({ key }) => key).join() !== types.join()) return code;
  const dropped = properties.filter(({ key }) => !handled.includes(key)).reverse();
  const narrowed = dropped.reduce((text, { from, to }) => text.slice(0, from) + text.slice(text[to] === ',' ? to + 1 : to), code);
  return withoutLeftOver(narrowed, unusedIn(code));
};
