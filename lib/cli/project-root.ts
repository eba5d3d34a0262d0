import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from './terminal/user-error.ts';

type Conditions = string | null | undefined | Readonly<{ [condition: string]: Conditions }>;
type PackageJson = Readonly<{ imports?: Readonly<Record<string, Conditions>>; scripts?: Readonly<Record<string, string>> }>;

const packageIn = (folder: string): PackageJson | undefined => {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  } catch (cause) {
    throw new UserError(`${file} is no JSON: ${(cause as Error).message}`, 'Mend it, then try again.', { cause });
  }
};

/** A target of `imports`: a path, or paths by condition, of which those of an ES module on Node are met. */
const targetOf = (target: Conditions): string | undefined => {
  if (typeof target === 'string') return target;
  const met = Object.entries(target ?? {}).find(([condition]) =>
    ['node', 'import', 'module-sync', 'default'].includes(condition),
  );
  return met && targetOf(met[1]);
};

/** The manifest that a folder's package.json names as `#manifest`. */
const manifestIn = (folder: string): string | undefined => {
  const target = targetOf(packageIn(folder)?.imports?.['#manifest']);
  return target === undefined ? undefined : pathToFileURL(resolve(folder, target)).href;
};

/** A folder, the one above it, and so on. */
export const upFrom = (folder: string): readonly string[] => {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upFrom(above)];
};

/** The project's folder, from the current one upward: the first whose package.json names a manifest, else the first with a package.json. */
export const projectRoot = (from = process.cwd()): string => {
  const folders = upFrom(resolve(from));
  return folders.find(manifestIn) ?? folders.find((folder) => packageIn(folder) !== undefined) ?? resolve(from);
};

/** The project's manifest as a file URL: `#manifest` among the `imports` of its package.json. */
export const projectManifest = (from = process.cwd()): string => {
  const found = manifestIn(projectRoot(from));
  if (found !== undefined) return found;
  throw new UserError(
    `No manifest was found: neither ${resolve(from)} nor a folder above it has a package.json that names one.`,
    'Add "imports": { "#manifest": "./manifest.ts" } to the package.json of your project, or name the file: --manifest <file>.',
  );
};

/** A program that the project has installed: `node_modules/.bin` of its folder, or of one above it in a workspace. */
export const projectProgram = (name: string, root = projectRoot()): string | undefined =>
  upFrom(root)
    .map((folder) => join(folder, 'node_modules', '.bin', name))
    .find((file) => existsSync(file));

/** How the command line is called in a project: by the script of that name that its package.json has, or by npx. */
export const callOf = (verb: string, root = projectRoot()): string => {
  const scripts = packageIn(root)?.scripts ?? {};
  const [name = ''] = verb.split(' ');
  if (scripts[name] !== undefined) return `npm run --silent ${verb}`;
  return scripts.foldstream === undefined ? `npx foldstream ${verb}` : `npm run foldstream -- ${verb}`;
};
