import { dirname, join } from 'node:path/posix';
import type { Argument, Command, Option } from 'commander';
import { manifest } from '../../domains/index.ts';
import { commandLine } from '../../lib/cli/foldstream.ts';
import { problemKinds, typeOf } from '../../lib/core/problem.ts';
import { openApi } from '../../lib/http/openapi/document.ts';
import type { Sources } from './pages.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : [row(...head), row(...head.map(() => '---')), ...rows.map((one) => row(...one)), ''].join('\n');

const verbsOf = (command: Command): readonly Command[] => command.commands.flatMap((one) => [one, ...verbsOf(one)]);

const nameOf = (command: Command): string => (command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name());

const verb = (command: Command): string => {
  const args = command.registeredArguments.map((one: Argument) => [
    `\`${one.required ? `<${one.name()}>` : `[${one.name()}]`}\``,
    one.description,
  ]);
  const options = command.options.map(({ flags, description }: Option) => [`\`${flags}\``, description]);
  return `## ${nameOf(command)}\n\n${command.description()}.\n\n${table(['argument or option', ''], [...args, ...options])}`;
};

const commandLinePage = (): string => {
  const program = commandLine();
  const common = program.options.map(({ flags, description }) => [`\`${flags}\``, description]);
  const verbs = verbsOf(program).filter((command) => command.description() !== '');
  return `# Command line\n\nIn this repository a verb is called by \`npm run foldstream -- <verb>\`, in a project that has installed the package by \`npx foldstream <verb>\`.\n\n${table(['option of every verb', ''], common)}\n${verbs.map(verb).join('\n')}`;
};

const problemsPage = (): string => {
  const rows = Object.entries(problemKinds).map(([kind, { status, when, ...over }]) => {
    const fields =
      'fields' in over
        ? Object.keys(over.fields)
            .map((field) => `\`${field}\``)
            .join(', ')
        : '';
    return [`\`${kind}\``, String(status), when, fields];
  });
  return `# Problems\n\nEach failure is answered with a problem document (RFC 9457). Its \`type\` is \`${typeOf('<kind>')}\`. A command that its decider refuses is answered with 422, and its kind is the reason that the decider gives.\n\n${table(['kind', 'status', 'when', 'fields of its own'], rows)}`;
};

type Described = Readonly<{
  summary?: string;
  description?: string;
  tags?: readonly string[];
  responses: Readonly<Record<string, unknown>>;
}>;

const httpPage = (): string => {
  const { paths } = openApi(manifest, { title: 'The reference application', version: '' }) as {
    paths: Record<string, Record<string, Described>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({
      ...one,
      tag: one.tags?.[0] ?? 'other',
      name: `\`${method.toUpperCase()} ${path}\``,
    })),
  );
  const groups = [...Map.groupBy(operations, ({ tag }) => tag)].map(
    ([tag, all]) =>
      `## ${tag}\n\n${table(
        ['route', '', 'answers'],
        all.map(({ name, summary = '', responses }) => [name, summary, Object.keys(responses).join(', ')]),
      )}`,
  );
  return `# Routes\n\nThe routes of the reference application, from the description of its API. A project has its own: \`npx foldstream openapi\`. The [HTTP reference](../http-reference.md) explains headers, lists and tokens.\n\n${groups.join('\n')}`;
};

/** The comment that stands over a declaration, as prose and an example. */
const commentOf = (source: string, name: string): string => {
  const declared = new RegExp(
    `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export (?:declare )?(?:const|type|interface|class|function|abstract class) ${name}\\b`,
  );
  const text = (declared.exec(source)?.[1] ?? '').replace(/^\s*\* ?/gm, '').trim();
  const [about = '', example] = text.split(/^@example\s+/m);
  return `${about.trim()}\n${example ? `\n\`\`\`ts\n${example.trim()}\n\`\`\`\n` : ''}`;
};

/** The files, without `.ts`, that an entry exports its names from. */
const originsIn = (main: string, read: Sources['read']): ReadonlyMap<string, string> => {
  const exports = [...read(main).matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)\.ts'/g)];
  return new Map(
    exports.flatMap(([, names = '', from = '']) =>
      [...names.matchAll(/(?:type )?(\w+)(?: as (\w+))?/g)].map(
        ([, name = '', as]) => [as ?? name, join(dirname(main), from)] as const,
      ),
    ),
  );
};

/** The types of one entry of the package: its recorded declarations, each with the comment of its source. */
const typesPage = (entry: string, recorded: string, { files, read }: Sources): string => {
  const exported = new Set((/^exports (.*)$/m.exec(recorded)?.[1] ?? '').split(', '));
  const main = join(JSON.parse(read('package.json')).exports[entry.replace(/^foldstream/, '.')]);
  const origins = originsIn(main, read);
  const parts = recorded.split(/^\/\/ (lib\/\S+)\.d\.ts$/m).slice(1);
  const found = parts.flatMap((part, i) => {
    if (i % 2 === 1) return [];
    const source = files.has(`${part}.ts`) ? read(`${part}.ts`) : '';
    return (parts[i + 1] ?? '')
      .replaceAll(';export ', ';\n\n')
      .split(/\n{2,}(?=\S)/)
      .flatMap((text) => {
        const name = /^(?:declare )?(?:abstract )?(?:const|type|interface|class|function) (\w+)/.exec(text.trim())?.[1];
        // Another file may have a type of the same name.
        return name === undefined || !exported.has(name) || (origins.get(name) ?? main.replace(/\.ts$/, '')) !== part
          ? []
          : [{ name, text: text.trim(), about: commentOf(source, name) }];
      });
  });
  const sections = [...found]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, text, about }) => `## ${name}\n\n${about}\n\`\`\`ts\n${text}\n\`\`\`\n`);
  return `# ${entry}\n\nWhat the package's entry \`${entry}\` exports, from the code.\n\n${sections.join('\n')}`;
};

/** The entries that a project imports by itself; the constructs and the local machine import the others. */
export const entries = [
  'foldstream',
  'foldstream/testing',
  'foldstream/testing/simulator',
  'foldstream/testing/ports',
  'foldstream/client',
  'foldstream/cdk',
  'foldstream/http',
  'foldstream/aws',
];

/** The pages that are made of the code, by their places in the site. */
export const reference = (sources: Sources): ReadonlyMap<string, string> =>
  new Map([
    ['reference/command-line.md', commandLinePage()],
    ['reference/problems.md', problemsPage()],
    ['reference/routes.md', httpPage()],
    ...entries.flatMap((entry) => {
      const name = entry.replaceAll('/', '-');
      const record = `release/public-types/${name}.txt`;
      return sources.files.has(record)
        ? [[`reference/${name}.md`, typesPage(entry, sources.read(record), sources)] as const]
        : [];
    }),
  ]);
