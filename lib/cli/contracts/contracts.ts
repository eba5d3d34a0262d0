import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { count } from '../terminal/lines.ts';
import { UserError } from '../terminal/user-error.ts';
import { checkContracts } from './check.ts';
import { checkCommands, presentCommands, type ReleasedCommands, releaseCommands } from './commands.ts';
import { draftsOf } from './drafts.ts';
import { type Fault, none, together } from './findings.ts';
import { presentFormats, type Released, type Samples, type Storing, toReleased } from './present.ts';
import { checkViews, keepRows, type ReleasedViews, releaseViews, tableForms, type ViewCode } from './views.ts';

export type ContractsOptions = Readonly<{
  manifest: Storing;
  /** The folder that has `events/` in it. */
  root: string;
  /** The name of this manifest's own records below `events/`, where several manifests share that folder. */
  own?: string | undefined;
  /** The code that makes the rows of today's revisions; without it only formats are looked at. */
  code?: ViewCode;
  /** Records the present formats as released. */
  release?: boolean;
  write?: (file: string, text: string) => void;
}>;

const parse = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UserError(`${file} is not JSON.`, 'Restore it from the last release, or fix it.', { cause });
  }
};

/** The golden samples below `events/samples`, by name. */
export const readSamples = (root: string): Samples => {
  const folder = join(root, 'events', 'samples');
  if (!existsSync(folder)) return {};
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.json')).sort();
  return Object.fromEntries(
    files.map((file) => [file.slice(0, -'.json'.length).replaceAll(sep, '/'), parse(join(folder, file))]),
  );
};

/** The place of a record below a project's folder. */
const placeOf = (name: string, own = '') => posix.join('events', own, `${name}.json`);

/** The record of the last release, or undefined. */
const recorded = <T>(root: string, name: string, own?: string): T | undefined => {
  const file = join(root, placeOf(name, own));
  return existsSync(file) ? (parse(file) as T) : undefined;
};

/** The formats as last released, or undefined where none are recorded. */
export const readReleased = (root: string, own?: string): Released | undefined => recorded(root, 'released', own);

const writeNew = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const toJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const said = ({ event, fault, fix }: Fault): readonly string[] => [`${event}: ${fault}`, `  ${fix}`];

/**
 * `foldstream contracts`: fails where a stored format changed against the last release, of events or of commands that processes send, a sample is
 * missing or no longer reads, or a view's code changed and its revision did not. With `release` it records what is there today in events/, but only when nothing is wrong with it.
 */
export const contractsVerb = ({ manifest, root, own, code, release = false, write = writeNew }: ContractsOptions) => {
  const samples = readSamples(root);
  const released = readReleased(root, own);
  const views = recorded<ReleasedViews>(root, 'released-views', own) ?? {};
  const forms = tableForms(manifest.projections ?? []);
  const commands = presentCommands(manifest);
  const releasedCommands = recorded<ReleasedCommands>(root, 'released-commands', own);
  const { faults, notes } = together([
    checkContracts(manifest, released ?? {}, samples, release),
    checkCommands(commands, releasedCommands ?? {}),
    code ? checkViews(code, views, manifest.retired, forms) : none,
  ]);
  const present = presentFormats(manifest, samples);
  const size = `${count(present.length, 'event type')} in ${count(present.flatMap(({ versions }) => versions).length, 'version')}`;
  const lines = [...notes, ...faults.flatMap(said)];
  if (faults.length > 0)
    return { ok: false, lines: [...lines, `${count(faults.length, 'fault')}.${release ? ' Nothing was released.' : ''}`] };
  if (release) {
    const records = {
      released: toReleased(present),
      ...(code && { 'released-views': releaseViews(code, views, forms) }),
      ...((commands.length > 0 || releasedCommands) && { 'released-commands': releaseCommands(commands) }),
    };
    for (const [name, record] of Object.entries(records)) write(join(root, placeOf(name, own)), toJson(record));
    const files = Object.keys(records).map((name) => placeOf(name, own));
    return { ok: true, lines: [...lines, `${size} released: commit ${files.join(' and ')}.`] };
  }
  if (!released)
    return {
      ok: false,
      lines: [
        ...lines,
        `${placeOf('released', own)} is not there: restore it, or before the first release run \`foldstream contracts --release\`.`,
      ],
    };
  return { ok: true, lines: [...lines, `${size}: as released, and every sample reads as it did.`] };
};

/** `foldstream contracts --draft`: writes a first golden sample for each version that has none. */
export const draftVerb = ({ manifest, root, write = writeNew }: Pick<ContractsOptions, 'manifest' | 'root' | 'write'>) => {
  const drafts = draftsOf(manifest, readSamples(root));
  for (const { name, content } of drafts) write(join(root, 'events', 'samples', `${name}.json`), toJson(content));
  const unfit = drafts.filter(({ content }) => content.data === undefined);
  const lines = [
    ...drafts.map(({ name }) => `events/samples/${name}.json is new.`),
    ...unfit.map(({ name }) => `${name}: nothing that is made up fits its schema. Write its \`data\` yourself.`),
    drafts.length === 0
      ? 'Every version of every event has its sample.'
      : 'Their data is made up: put in what really occurs, every field filled, before they are released.',
  ];
  return { ok: unfit.length === 0, lines };
};

export type RowsUnchangedOptions = Required<Pick<ContractsOptions, 'root' | 'code'>> &
  Pick<ContractsOptions, 'own' | 'write'> &
  Readonly<{ views: readonly string[]; why: string | undefined }>;

/** `foldstream contracts --rows-unchanged <view...> --why <text>`: records that code changed and no stored row would be another. */
export const rowsUnchangedVerb = ({ root, own, code, views, why = '', write = writeNew }: RowsUnchangedOptions) => {
  if (why.trim() === '')
    throw new UserError('The reason is missing for which no row changes.', 'Give one for the release: --why "...".');
  const { released, kept, unknown } = keepRows(
    code,
    recorded<ReleasedViews>(root, 'released-views', own) ?? {},
    views,
    why.trim(),
  );
  if (unknown.length > 0)
    return {
      ok: false,
      lines: unknown.map((view) => `${view}: no released revision of it has changed code. Nothing was recorded.`),
    };
  write(join(root, placeOf('released-views', own)), toJson(released));
  return { ok: true, lines: kept.map((name) => `${name}: recorded. Commit ${placeOf('released-views', own)}.`) };
};
