import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Manifest } from '../../core/manifest.ts';
import { sourcesOf } from '../../core/projection.ts';
import type { Source } from '../../core/version.ts';
import { draftVerb } from '../contracts/contracts.ts';
import { loadProject, type ManifestModule, recordsOf } from '../project.ts';
import { UserError } from '../terminal/user-error.ts';
import { aggregate, type Generated, type Layout } from './aggregate.ts';
import { shapesOf } from './formats.ts';
import { formatted } from './formatter.ts';
import { byHand, namesOf, withEntry } from './manifest-text.ts';
import { type Kind, type Name, nameOf } from './names.ts';
import { processOf } from './process.ts';
import { type From, view } from './view.ts';

export type AddOptions = Readonly<{
  kind: Kind;
  name: string;
  module: ManifestModule;
  /** The category that a view or a process reads. */
  from?: string;
  /** Leaves the manifest as it is. */
  filesOnly?: boolean;
  now?: () => Date;
}>;

/** A project's folders and its manifest's file. */
type Place = Layout & Readonly<{ root: string; manifest: string }>;

const placeOf = (module: ManifestModule): Place => {
  const manifest = fileURLToPath(module);
  const root = recordsOf(module);
  const domains = relative(root, dirname(manifest)).replaceAll(sep, '/');
  return { root, manifest, domains, tests: domains === '' ? 'test' : `test/${basename(domains)}` };
};

const checkedName = (text: string, kind: Kind): Name => {
  const name = nameOf(text, kind);
  if ('fault' in name)
    throw new UserError(`'${text}' cannot be the name of ${kind === 'aggregate' ? 'an' : 'a'} ${kind}: ${name.fault}.`);
  return name;
};

const categoriesIn = (root: string): readonly string[] =>
  existsSync(join(root, 'events'))
    ? readdirSync(join(root, 'events'))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => file.slice(0, -'.ts'.length))
    : [];

/** The category to read from: its events as `events/<category>.ts` declares them. */
const sourceFrom = async (from: string | undefined, { root }: Place): Promise<From> => {
  const known = categoriesIn(root);
  const text = from ?? (known.length === 1 ? known[0] : undefined);
  const choices = known.length > 0 ? `one of ${known.join(', ')}` : 'none yet: add an aggregate first';
  if (text === undefined) throw new UserError('Which category does it read?', `Name it by --from <category>: ${choices}.`);
  const category = checkedName(text, 'aggregate');
  const file = join(root, 'events', `${category.kebab}.ts`);
  if (!existsSync(file)) throw new UserError(`There is no events/${category.kebab}.ts.`, `--from takes ${choices}.`);
  const exported = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Readonly<Record<string, Source | undefined>>;
  const source = exported[`${category.camel}Source`];
  if (!source)
    throw new UserError(
      `events/${category.kebab}.ts exports no ${category.camel}Source.`,
      'Export it as the other categories do.',
    );
  return { category, events: shapesOf(source) };
};

const generated = async ({ kind, name: text, from, now = () => new Date() }: AddOptions, place: Place): Promise<Generated> => {
  const name = checkedName(text, kind);
  if (kind === 'aggregate') return aggregate(name, place);
  const source = await sourceFrom(from, place);
  if (source.events.some(({ type }) => type === name.pascal))
    throw new UserError(`'${text}' is the name of an event of ${source.category.camel}.`, 'Choose another name.');
  return kind === 'view'
    ? view(name, source, place)
    : processOf(name, source, place, `${now().toISOString().slice(0, 10)}T00:00:00.000Z`);
};

/** Files that are written together: all of them, or none. */
const writing = (root: string) => {
  const before = new Map<string, string | undefined>();
  const folders: string[] = [];
  return {
    write: (file: string, text: string) => {
      before.set(file, existsSync(file) ? readFileSync(file, 'utf8') : undefined);
      const made = mkdirSync(dirname(file), { recursive: true });
      if (made !== undefined) folders.push(made);
      writeFileSync(file, text);
    },
    undo: () => {
      for (const [file, text] of before) text === undefined ? rmSync(file, { force: true }) : writeFileSync(file, text);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
    written: () => [...before.keys()].map((file) => relative(root, file).replaceAll(sep, '/')),
  };
};

const requireNew = (files: Generated['files'], root: string): void => {
  const there = Object.keys(files).filter((file) => existsSync(join(root, file)));
  if (there.length > 0)
    throw new UserError(
      `${there.join(' and ')} is there already: nothing was written.`,
      'Choose another name, or remove it first.',
    );
};

const manifestWith = ({ entry }: Generated, { root, manifest }: Place): string => {
  const text = readFileSync(manifest, 'utf8');
  const shown = relative(root, manifest);
  if (namesOf(text).has(entry.name))
    throw new UserError(`${shown} uses the name ${entry.name} already: nothing was written.`, 'Choose another name.');
  const changed = withEntry(text, entry);
  if (changed !== undefined) return changed;
  throw new UserError(
    `${shown} does not look as expected, so its line cannot be added: nothing was written.`,
    `Add --files-only, and write the line yourself: ${byHand(entry)}.`,
  );
};

/** The manifest with one process alone: golden samples that others lack are not for this verb to write. */
const onlyProcess = ({ processes = [] }: Manifest, { name }: Generated['entry']) => ({
  aggregates: [],
  processes: processes.filter(({ category }) => category === name),
});

/** Views of others that read everything, such as an event log: their code changes with each category. */
const alsoChanged = ({ projections }: Manifest, { name }: Generated['entry']): readonly string[] =>
  projections.filter((each) => sourcesOf(each).some(({ category }) => category === name)).map((each) => each.name);

const isNamed = (manifest: Manifest, { list, name }: Generated['entry'], viewName: string): boolean =>
  (manifest[list] ?? []).some((each) => ('category' in each ? each.category === name : each.name === viewName));

/**
 * `foldstream add <kind> <name>`: writes the files, their test, their golden samples and the manifest's line. The changed manifest is loaded
 * before anything is kept: where it fails, everything is as it was.
 */
export const addVerb = async (options: AddOptions): Promise<readonly string[]> => {
  const { kind, module, name, filesOnly = false } = options;
  const place = placeOf(module);
  const made = await generated(options, place);
  requireNew(made.files, place.root);
  const manifestText = filesOnly ? undefined : manifestWith(made, place);
  const all = writing(place.root);
  try {
    for (const [file, text] of Object.entries(made.files)) all.write(join(place.root, file), text);
    const code = Object.keys(made.files).filter((file) => file.endsWith('.ts'));
    if (manifestText === undefined) {
      formatted(place.root, code);
      return [...all.written().map((file) => `${file} is new.`), `Now ${byHand(made.entry)}.`];
    }
    all.write(place.manifest, manifestText);
    const { manifest } = await loadProject(module);
    if (!isNamed(manifest, made.entry, checkedName(name, kind).kebab))
      throw new UserError(
        `${relative(place.root, place.manifest)} was changed, and does not name ${made.entry.name}: everything is as it was.`,
        `Add --files-only, and write the line yourself: ${byHand(made.entry)}.`,
      );
    if (kind === 'process') draftVerb({ manifest: onlyProcess(manifest, made.entry), root: place.root, write: all.write });
    formatted(place.root, [...code, relative(place.root, place.manifest)]);
    const views = kind === 'view' ? [] : alsoChanged(manifest, made.entry);
    return [
      ...all.written().map((file) => (join(place.root, file) === place.manifest ? `${file} names it.` : `${file} is new.`)),
      ...views.map(
        (each) =>
          `${each} reads all categories, so its code is another now. If a release has it: foldstream contracts --rows-unchanged ${each} --why "${made.entry.name} is new"`,
      ),
    ];
  } catch (error) {
    all.undo();
    throw error;
  }
};
