import type { Entry } from './aggregate.ts';

/** Finds comments and texts in code, so that either can be blanked without being taken for the other. */
export const commentOrText = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;

/** The same text with blanks for comments and strings: what is found in it is code, at the same place. */
const codeOf = (text: string): string => text.replace(commentOrText, (found) => found.replace(/[^\n]/g, ' '));

const closing: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' };

/** Where the bracket at a place is closed. */
const endOf = (code: string, start: number): number => {
  const open: string[] = [];
  for (let i = start; i < code.length; i += 1) {
    const letter = code[i]!;
    if (letter in closing) open.push(closing[letter]!);
    else if (letter === open.at(-1)) {
      open.pop();
      if (open.length === 0) return i;
    }
  }
  return -1;
};

/** The text with one more item at the end of the list that begins at a place. */
const withItem = (text: string, start: number, item: string): string | undefined => {
  const code = codeOf(text);
  const end = endOf(code, start);
  if (end < 0) return undefined;
  const inside = code.slice(start + 1, end);
  const last = start + 1 + inside.trimEnd().length;
  const isEmpty = inside.trim() === '';
  const comma = isEmpty || code[last - 1] === ',' ? '' : ',';
  const line = /\n([ \t]*)\S/.exec(text.slice(start, end));
  const added = inside.includes('\n') && line ? `${comma}\n${line[1]}${item},` : `${comma}${isEmpty ? '' : ' '}${item}`;
  return text.slice(0, last) + added + text.slice(last);
};

const starts = (code: string, pattern: RegExp): readonly number[] =>
  [...code.matchAll(pattern)].map((match) => match.index + match[0].length - 1);

/** The manifest with a name in a list: of a constant with the list's name, of the property, or of a new property. */
const withName = (text: string, { list, name }: Entry): string | undefined => {
  const code = codeOf(text);
  const found = [
    ...starts(code, new RegExp(`\\bconst\\s+${list}\\b[^=;]*=\\s*\\[`, 'g')),
    ...starts(code, new RegExp(`(?<![.\\w])${list}\\s*:\\s*\\[`, 'g')),
  ];
  if (found.length === 1) return withItem(text, found[0]!, name);
  const [manifest, ...more] = starts(code, /\bdefineManifest\s*\(\s*\{/g);
  if (found.length > 1 || manifest === undefined || more.length > 0 || new RegExp(`\\b${list}\\b`).test(code)) return undefined;
  const isOneLine = !text.slice(manifest, endOf(code, manifest)).includes('\n');
  return `${text.slice(0, manifest + 1)}${isOneLine ? ' ' : '\n  '}${list}: [${name}],${text.slice(manifest + 1)}`;
};

/** Finds the imports at the beginning of lines, each with the module that it is from. */
const imports = /^import\b[^;'"]*?(?:\bfrom\s*)?(['"])([^'"\n]+)\1;?[^\S\n]*$/gm;

/** The manifest with one more import, before the first one that is sorted behind it. */
const withImport = (text: string, { name, file }: Entry): string | undefined => {
  const all = [...text.matchAll(imports)];
  const last = all.at(-1);
  if (!last) return undefined;
  const line = `import { ${name} } from '${file}';`;
  const next = all.find(({ 2: from }) => from!.startsWith('./') && from! > file);
  if (next) return `${text.slice(0, next.index)}${line}\n${text.slice(next.index)}`;
  const end = last.index + last[0].length;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
};

/** The manifest's source with a new entry, or undefined where it does not look as expected. */
export const withEntry = (text: string, entry: Entry): string | undefined => {
  const named = withName(text, entry);
  return named === undefined ? undefined : withImport(named, entry);
};

/** Every name that a source uses, but for those in comments and texts. */
export const namesOf = (text: string): ReadonlySet<string> => new Set(codeOf(text).match(/[A-Za-z_$][\w$]*/g));

/** The same for a person to do. */
export const byHand = ({ list, name, file }: Entry): string =>
  `import { ${name} } from '${file}'; and name ${name} among the ${list} of defineManifest({ ... })`;
