import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { LoadMix } from '../core/declare/load.ts';
import type { Demo } from '../core/demo.ts';
import type { Manifest } from '../core/manifest.ts';
import { WrongSetting } from '../core/settings/field.ts';
import { type ProjectSettings, usualSettings } from '../core/settings/settings.ts';
import { projectManifest } from './project-root.ts';
import { UserError } from './terminal/user-error.ts';

/** The file that exports a project's manifest, as a URL. */
export type ManifestModule = string;

/** A loaded project: the manifest, and the demo that `npm start` shows. */
export type Project = Readonly<{ manifest: Manifest; demo?: Demo; module: ManifestModule }>;

/** The file that was named by `--manifest` or by `-c manifest=`, from the current folder on; without a name the one of the project around it. */
export const manifestModule = (named: string | undefined): ManifestModule =>
  named === undefined ? projectManifest() : pathToFileURL(resolve(named)).href;

/** The folder whose `events` has the project's released formats and golden samples: the nearest one at or above the manifest that has any. */
export const recordsOf = (module: ManifestModule): string => {
  const own = dirname(fileURLToPath(module));
  for (let folder = own; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'events'))) return folder;
    if (folder === dirname(folder)) return own;
  }
};

/**
 * The name of a manifest's own records, where several manifests share a folder `events`: `events/contexts` for a manifest `contexts.ts`, if there
 * is that folder. Without it the records are in `events` itself.
 */
export const ownRecordsOf = (module: ManifestModule): string | undefined => {
  const name = basename(fileURLToPath(module), extname(fileURLToPath(module)));
  return name !== 'samples' && existsSync(join(recordsOf(module), 'events', name)) ? name : undefined;
};

const shown = (module: ManifestModule): string => relative(process.cwd(), fileURLToPath(module));

const kernel = join(import.meta.dirname, '..', 'core');

/** The first line of a stack trace in the project's own code; lines of node, packages and the kernel do not help its author. */
const placeIn = (stack = ''): string | undefined => {
  const places = [...stack.matchAll(/(?:file:\/\/)?(\/[^\s():]+\.[cm]?[jt]s):(\d+)/g)];
  const own = places.find(([, file = '']) => !file.includes('/node_modules/') && !file.startsWith(kernel));
  return own && `${relative(process.cwd(), own[1]!)}:${own[2]}`;
};

const broken = (what: string, module: ManifestModule, cause: unknown): UserError => {
  const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
  const place = placeIn(stack);
  return new UserError(
    `${what} ${shown(module)} cannot be loaded${place ? `: ${place}` : ''}: ${name === 'Error' ? '' : `${name}: `}${message}`,
    `Fix it${what === 'The manifest' ? ', or name another one: --manifest <file>' : ''}. Its types are checked by: npx tsc -p .`,
    { cause },
  );
};

/** Loads the manifest, and with it all of a project's code. Only verbs that need it do, so that a broken manifest breaks no other verb. */
export const loadProject = async (module: ManifestModule): Promise<Project> => {
  if (!existsSync(fileURLToPath(module)))
    throw new UserError(
      `There is no manifest ${shown(module)}.`,
      'Name the file that exports it: --manifest <file>, or "#manifest" among the `imports` of package.json.',
    );
  const exported = (await import(/* @vite-ignore */ module).catch((cause: unknown) => {
    throw broken('The manifest', module, cause);
  })) as Partial<Project>;
  if (!Array.isArray(exported.manifest?.aggregates))
    throw new UserError(
      `${shown(module)} exports no manifest.`,
      'It is expected as: export const manifest = defineManifest({ aggregates: [...], projections: [...] });',
    );
  return { manifest: exported.manifest as Manifest, ...(exported.demo && { demo: exported.demo }), module };
};

/** The settings of a project: those that `settings.ts` beside the manifest exports, or the usual ones where there is no such file. */
export const loadSettings = async (module: ManifestModule): Promise<ProjectSettings> => {
  const file = new URL(`settings${extname(fileURLToPath(module))}`, module);
  if (!existsSync(file)) return usualSettings;
  const { settings } = (await import(/* @vite-ignore */ file.href).catch((cause: unknown) => {
    throw cause instanceof WrongSetting ? cause : broken('The settings', file.href, cause);
  })) as { settings?: ProjectSettings };
  if (typeof settings === 'object' && settings !== null) return settings;
  throw new UserError(
    `${shown(file.href)} exports no settings.`,
    'They are expected as: export const settings = defineSettings({ environments: { dev: {}, prod: { retain: true } } });',
  );
};

/** The mix of commands for a load: of the named file, or of `load.ts` beside the manifest. */
export const loadMix = async (module: ManifestModule, named: string | undefined): Promise<LoadMix> => {
  const file = named === undefined ? new URL(`load${extname(fileURLToPath(module))}`, module) : pathToFileURL(resolve(named));
  const form =
    "export const load = defineLoad({ commands: [{ category: 'account', command: 'Deposit', id: ({ run }) => run }] });";
  if (!existsSync(file))
    throw new UserError(
      `There is no mix of commands ${shown(file.href)}.`,
      `Write it, or name another file: --mix <file>. It is expected as: ${form}`,
    );
  const { load } = (await import(/* @vite-ignore */ file.href).catch((cause: unknown) => {
    throw broken('The mix', file.href, cause);
  })) as { load?: LoadMix };
  if (Array.isArray(load?.commands)) return load;
  throw new UserError(`${shown(file.href)} exports no mix of commands.`, `It is expected as: ${form}`);
};
