import { transform } from 'esbuild';
import { compiled } from './bundle.ts';

const escaped = (name: string) => name.replaceAll('$', '\\$');

/**
 * Counts the uses of a variable in the bundler's output. Properties and keys of the same name do not count, nor do file names in the bundler's
 * comments.
 */
export const timesIn = (code: string, name: string): number => {
  // A spread, `...name`, is a use.
  const named = new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${escaped(name)}(?![\\w$:])`, 'g');
  return code.replaceAll(/^\/\/ .*$/gm, '').match(named)?.length ?? 0;
};

/** A definition as the bundler prints it: the lines that follow are indented, or close what it has opened. */
const definition = /^var ([\w$]+) = .*\n(?:(?:[ \t].*|[\])}].*)?\n)*/gm;
const unusedIn = (code: string): readonly string[] =>
  [...code.matchAll(definition)].flatMap(([, name = '']) => (timesIn(code, name) === 1 ? [name] : []));

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

const typeOf = (property: string) => /^ {2}(?:([\w$]+)|"([^"]+)"):/.exec(property)?.slice(1).find(Boolean) ?? '';

/**
 * Takes the formats of events that a view does not handle out of its bundled, readable code, with what only they use. Code that is written in
 * another way than an object literal stays as it is: the hash then changes more often than it must, never too seldom.
 */
export const onlyHandled = async (code: string, { variable, types, handled }: Formats): Promise<string> => {
  // One is where they are defined, one where the view's source names them.
  if (timesIn(code, variable) !== 2) return code;
  const begin = `var ${variable} = {`;
  // An object literal on one line stays on one: with the line break each property is printed on lines of its own. A template could have lines of any form.
  const options = { target: compiled.target, supported: { 'template-literal': false } };
  const { code: printed } = await transform(
    code.replace(begin, () => `${begin}\n`),
    options,
  );
  const literal = new RegExp(`(?<=^var ${escaped(variable)} = \\{\n)[^]*?\n(?=\\};\n)`, 'm').exec(printed)?.[0] ?? '';
  // The part before the first property is a comment, or a spread whose properties all come again.
  const properties = literal.split(/^(?= {2}[\w$"])/m).filter(typeOf);
  if (properties.map(typeOf).join() !== types.join()) return code;
  const kept = properties.filter((property) => handled.includes(typeOf(property))).join('');
  return withoutLeftOver(
    printed.replace(literal, () => kept),
    unusedIn(printed),
  );
};
