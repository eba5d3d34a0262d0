import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { builtConsole } from '../lib/infra/code/console-build.ts';
import own from '../package.json' with { type: 'json' };
import { publishedPackage } from './package-json.ts';

const run = promisify(execFile);
export const repository = resolve(import.meta.dirname, '..');

/** What the compiler makes beside the package: the reference application behind `#manifest`, and types of files that nobody imports. */
const beside = ['domains', 'events', 'functions/*.d.ts', 'bin/*.d.ts'];

/** A declaration names modules by the files that are there: the compiler leaves `.ts` in declarations. */
const declaration = (text: string) => text.replaceAll(/((?:from |import\()['"]\.{1,2}\/[^'"]+)\.ts(?=['"])/g, '$1.js');

const imported = /(?:from |import |import\()['"](\.{1,2}\/[^'"]+)\.js['"]/g;

/** Deletes the declarations to which no entry of the package leads: nobody can import them, and they would be a tenth of the package. */
const pruneDeclarations = async (folder: string): Promise<void> => {
  const reached = new Set(Object.values(own.exports).map((file) => join(folder, file.replace(/\.ts$/, '.d.ts'))));
  // A set hands out what is added to it while it is walked.
  for (const file of reached)
    for (const [, to = ''] of (await readFile(file, 'utf8')).matchAll(imported)) reached.add(`${join(dirname(file), to)}.d.ts`);
  for await (const file of glob('**/*.d.ts', { cwd: folder })) if (!reached.has(join(folder, file))) await rm(join(folder, file));
};

/** A line's places as far as a stack trace needs them: where another line of the source begins. The columns of every name would be a fifth of the package. */
const wholeLines = (line: readonly SourceMapSegment[]): SourceMapSegment[] =>
  line.filter((place, i) => i === 0 || place[2] !== line[i - 1]?.[2]);

/** A source map has the source in it, and names it as if it lay beside the compiled file: in an installed package there is no other place. */
const sourceMap = (text: string) => {
  const map = JSON.parse(text) as { sources: string[]; mappings: string };
  return JSON.stringify({
    ...map,
    sources: map.sources.map((source) => basename(source)),
    mappings: encode(decode(map.mappings).map(wholeLines)),
  });
};

const rewrite = async (folder: string, pattern: string, change: (text: string) => string): Promise<void> => {
  for await (const file of glob(pattern, { cwd: folder })) {
    const path = join(folder, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  }
};

/** The console as it is built: whoever installs the package has no Vite. */
const consoleFolder = async (): Promise<string> => {
  const built = await builtConsole();
  if (built === undefined) throw new Error('There is no console to build: console/index.html is missing.');
  return built;
};

/** Compiles the package into a folder, with all that belongs into the published package and nothing else. */
export const buildInto = async (folder: string, source?: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  const compile = (...options: readonly string[]) =>
    run(process.execPath, [
      join(repository, 'node_modules/typescript/bin/tsc'),
      ...['-p', join(repository, 'release'), '--outDir', folder],
      ...options,
    ]);
  // The comments are in the declarations, for who uses them, and in the sources within the maps: a third copy would be a tenth of the package.
  // The second run checks the types, which is most of the work: once is enough.
  await compile('--removeComments', '--declaration', 'false', '--noCheck');
  await compile('--emitDeclarationOnly', '--checkers', '1');
  for await (const file of glob(beside, { cwd: folder })) await rm(join(folder, file), { recursive: true });
  await rewrite(folder, '**/*.d.ts', declaration);
  await pruneDeclarations(folder);
  await rewrite(folder, '**/*.js.map', sourceMap);
  // Files that the code reads as they are, such as the local cloud's requirements.
  for await (const file of glob('lib/**/*.*', { cwd: repository, exclude: ['**/*.ts', '**/__pycache__/**'] })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join(repository, file), join(folder, file));
  }
  await cp(await consoleFolder(), join(folder, 'console', 'dist'), { recursive: true });
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md']) await cp(join(repository, file), join(folder, file));
  for (const file of Object.values(own.bin)) await chmod(join(folder, file.replace(/\.ts$/, '.js')), 0o755);
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(publishedPackage(source), undefined, 2)}\n`);
};

/** A packed package, as npm describes it. */
export type Packed = Readonly<{
  tarball: string;
  /** Bytes as it is downloaded, and as it is installed. */
  size: number;
  unpackedSize: number;
  files: readonly Readonly<{ path: string; size: number }>[];
}>;

/** Packs a built package into a folder. */
export const packInto = async (built: string, folder: string): Promise<Packed> => {
  await mkdir(folder, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: built });
  const [said] = JSON.parse(stdout) as (Omit<Packed, 'tarball'> & { filename: string })[];
  if (!said) throw new Error(`npm pack said nothing about ${built}.`);
  const { filename, size, unpackedSize, files } = said;
  return { tarball: join(folder, filename), size, unpackedSize, files };
};
