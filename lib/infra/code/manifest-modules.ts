import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { compiled, projectCode } from './bundle.ts';

/** One source of a manifest: what it imports, and what it exports under which names. */
export type Module = Readonly<{ path: string; imports: readonly string[]; exports: ReadonlyMap<string, unknown> }>;

/** The sources of a manifest with their exports. They are loaded already, by whoever imported the manifest: nothing runs twice. */
const exporting = ({ inputs }: Metafile): Promise<readonly Module[]> =>
  Promise.all(
    Object.entries(inputs).map(async ([input, { imports }]) => {
      const path = resolve(compiled.absWorkingDir, input);
      const exports = new Map(Object.entries((await import(/* @vite-ignore */ pathToFileURL(path).href)) as object));
      return { path, imports: imports.map((each) => resolve(compiled.absWorkingDir, each.path)), exports };
    }),
  );

/** All modules that a manifest is made of, packages left out. */
export const modulesOf = async (manifest: string): Promise<readonly Module[]> => {
  return exporting((await build({ ...projectCode(manifest), entryPoints: [manifest] })).metafile);
};

/** The module that something of a manifest comes from, and its name there: of those that export it, one that has it from no other. */
export const homeOf = (wanted: unknown, modules: readonly Module[]): Readonly<{ path: string; name: string }> | undefined => {
  const candidates = modules.flatMap(({ path, imports, exports }) => {
    const name = [...exports].find(([, value]) => value === wanted)?.[0];
    return name === undefined ? [] : [{ path, imports, name }];
  });
  const paths = candidates.map(({ path }) => path);
  return candidates.find(({ imports }) => !imports.some((each) => paths.includes(each)));
};

/** A package's code is not in the text, so its version speaks for it. node's own modules have none. */
const versionOf = async (name: string, importer: string): Promise<string> => {
  if (name.startsWith('node:')) return name;
  const found = findPackageJSON(name, pathToFileURL(importer));
  if (!found) throw new Error(`${name} is imported by ${importer}, but its package.json is not found: run npm install.`);
  const { version } = JSON.parse(await readFile(found, 'utf8')) as { version: string };
  return `${name}@${version}`;
};

/** A hash of bundled code, and of the versions of the packages that it imports. */
export const hashOfCode = async (text: string | undefined, { outputs }: Metafile, importer: string): Promise<string> => {
  const packages = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const versions = await Promise.all([...new Set(packages)].sort().map((name) => versionOf(name, importer)));
  return createHash('sha256')
    .update(JSON.stringify([text, versions]))
    .digest('hex')
    .slice(0, 32);
};
