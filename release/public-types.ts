import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

/** The top-level declarations of a `.d.ts` file by their names, and where its other names come from. */
type Declarations = Readonly<{
  declared: ReadonlyMap<string, string>;
  imported: ReadonlyMap<string, Readonly<{ file: string; name: string }>>;
}>;

const comments = /[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*\n?/g;
const statement = /^(?=(?:export|declare|type|interface|import)\b)/m;
const fromFile = /^(?:import|export)\s+(?:type\s+)?(\*(?: as \w+)?|\w+|\{[^}]*\})\s+from\s+['"](\.{1,2}\/[^'"]+)['"]/;
/** Names that a declaration uses: neither its keys nor its parameters. */
const names = /(?<![.\w$])[A-Za-z_$][\w$]*\b(?!\??:)/g;
const nameOf = /^(?:export )?(?:declare )?(?:abstract )?(?:const|class|function|type|interface|enum|let) (\w+)/;

/** The names of `{ a, type B, c as d }`: the name inside of the file, and the one that its origin has. */
const namesIn = (clause: string): readonly (readonly [inner: string, origin: string])[] =>
  clause
    .replace(/[{}]/g, '')
    .split(',')
    .map((each) => each.replace(/\btype\b/, '').trim())
    .filter(Boolean)
    .map((each) => {
      const [origin = '', inner = origin] = each.split(/\s+as\s+/);
      return [inner, origin];
    });

const readDeclarations = (root: string, file: string): Declarations => {
  const declared = new Map<string, string>();
  const imported = new Map<string, { file: string; name: string }>();
  for (const text of readFileSync(join(root, file), 'utf8')
    .replaceAll(comments, '')
    .replaceAll('; export ', ';\nexport ')
    .split(statement)) {
    const [, clause = '', from] = fromFile.exec(text) ?? [];
    if (from !== undefined) {
      const target = normalize(join(dirname(file), from.replace(/\.js$/, '.d.ts')));
      for (const [inner, name] of namesIn(clause)) imported.set(inner, { file: target, name });
    } else {
      const name = nameOf.exec(text)?.[1];
      if (name !== undefined) declared.set(name, `${declared.get(name) ?? ''}${text.trimEnd()}\n`);
    }
  }
  return { declared, imported };
};

/**
 * The public types of one entry as text: the names that it exports, and the declaration of each with all declarations that it names, by file. Comments
 * are left out. It is made of the compiler's declarations, whose form is fixed, without a parser.
 */
export const publicTypes = (root: string, entry: string): string => {
  const files = new Map<string, Declarations>();
  const declarationsOf = (file: string) => {
    const known = files.get(file) ?? readDeclarations(root, file);
    files.set(file, known);
    return known;
  };
  const found = new Map<string, Map<string, string>>();
  const add = (file: string, name: string): void => {
    const { declared, imported } = declarationsOf(file);
    const from = imported.get(name);
    if (from) {
      add(from.file, from.name);
      return;
    }
    const text = declared.get(name);
    const inFile = found.get(file) ?? new Map<string, string>();
    if (text === undefined || inFile.has(name)) return;
    found.set(file, inFile.set(name, text));
    for (const [word] of text.replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''").matchAll(names)) add(file, word);
    for (const [, target = '', inner = ''] of text.matchAll(/import\("(\.{1,2}\/[^"]+)"\)\.(\w+)/g))
      add(normalize(join(dirname(file), target.replace(/\.js$/, '.d.ts'))), inner);
  };
  const { declared, imported } = declarationsOf(entry);
  const exported = [...imported.keys(), ...declared.keys()].toSorted();
  for (const name of exported) add(entry, name);
  const declarations = [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, texts]) => {
      const sorted = [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
      return `// ${file}\n\n${sorted.join('\n')}`;
    });
  return [`exports ${exported.join(', ')}\n`, ...declarations].join('\n').replaceAll(/^export /gm, '');
};
