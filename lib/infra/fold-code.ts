import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import type { AnyDecider } from '../core/decider.ts';
import type { Manifest } from '../core/manifest.ts';
import { compiled, manifestIs, pathOf } from './bundle.ts';

const core = (file: string) => fileURLToPath(new URL(`../core/${file}`, import.meta.url));

/**
 * For each category, a hash of the code that folds its streams: the module that exports its decider with all that it imports, and the
 * kernel's fold. Snapshots are kept under it, so that changed code never reads a state that other code folded.
 */
export const foldCode = async (
  { aggregates }: Manifest,
  manifestModule: string | URL,
): Promise<Readonly<Record<string, string>>> => {
  const entry = pathOf(manifestModule);
  const { metafile } = await build({ ...compiled, entryPoints: [entry], packages: 'external', plugins: [manifestIs(entry)] });
  const modules = await exporting(metafile);
  const hashes = aggregates.map(async (decider) => [decider.category, await hashOf(home(decider, modules, entry))] as const);
  return Object.fromEntries(await Promise.all(hashes));
};

type Module = Readonly<{ path: string; imports: readonly string[]; exports: readonly unknown[] }>;

/** The sources of a manifest with their exports. They are loaded already, by whoever imported the manifest: nothing runs twice. */
const exporting = ({ inputs }: Metafile): Promise<readonly Module[]> =>
  Promise.all(
    Object.entries(inputs).map(async ([input, { imports }]) => {
      const path = resolve(compiled.absWorkingDir, input);
      const exports = Object.values((await import(/* @vite-ignore */ pathToFileURL(path).href)) as object);
      return { path, imports: imports.map((each) => resolve(compiled.absWorkingDir, each.path)), exports };
    }),
  );

/** The module that a decider comes from: of those that export it, one that has it from no other. Without any, the manifest itself is
 * taken: the hash then changes more often than it must, never too seldom. */
const home = (decider: AnyDecider, modules: readonly Module[], manifest: string): string => {
  const candidates = modules.filter(({ exports }) => exports.includes(decider));
  const paths = candidates.map(({ path }) => path);
  return candidates.find(({ imports }) => !imports.some((each) => paths.includes(each)))?.path ?? manifest;
};

const hashOf = async (module: string): Promise<string> => {
  const entry = [
    `export * from ${JSON.stringify(module)};`,
    `export { fold as kernelFold } from ${JSON.stringify(core('decider.ts'))};`,
    `export { readEvent as kernelRead } from ${JSON.stringify(core('version.ts'))};`,
  ].join('\n');
  const { outputFiles, metafile } = await build({
    ...compiled,
    stdin: { contents: entry, resolveDir: dirname(module), sourcefile: 'fold-code.ts' },
    packages: 'external',
    plugins: [manifestIs(module)],
  });
  const packages = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const versions = await Promise.all([...new Set(packages)].sort().map((name) => versionOf(name, module)));
  return createHash('sha256')
    .update(JSON.stringify([outputFiles[0]?.text, versions]))
    .digest('hex')
    .slice(0, 32);
};

/** A package's code is not in the text, so its version speaks for it. node's own modules have none. */
const versionOf = async (name: string, importer: string): Promise<string> => {
  if (name.startsWith('node:')) return name;
  const found = findPackageJSON(name, pathToFileURL(importer));
  if (!found) throw new Error(`${name} is imported by ${importer}, but its package.json is not found: run npm install.`);
  const { version } = JSON.parse(await readFile(join(found), 'utf8')) as { version: string };
  return `${name}@${version}`;
};
