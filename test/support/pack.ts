import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../lib/cli/terminal/lock.ts';
import { buildInto, type Packed, packInto, repository } from '../../release/build.ts';

const cache = join(repository, '.cache', 'tests', 'package');
const sources = ['{bin,console,domains,events,functions,lib,release}/**/*', '*.md', 'package.json', 'tsconfig.json', 'LICENSE'];

/** A hash of all that the package is made of. */
const hashOfSources = (): string => {
  const hash = createHash('sha256');
  for (const entry of globSync(sources, { cwd: repository, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    hash.update(file.slice(repository.length)).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
};

/** The package as it is published: its folder, and its tarball. */
export type BuiltPackage = Packed & Readonly<{ folder: string }>;

/** Builds and packs the package once for the same sources, whoever asks, in whichever process. */
export const builtPackage = async (): Promise<BuiltPackage> => {
  const home = join(cache, hashOfSources());
  const record = join(home, 'packed.json');
  const make = async () => {
    if (existsSync(record)) return;
    rmSync(cache, { recursive: true, force: true });
    const folder = join(home, 'package');
    await buildInto(folder);
    writeFileSync(`${record}.draft`, JSON.stringify({ ...(await packInto(folder, home)), folder }));
    renameSync(`${record}.draft`, record);
  };
  await withLock(`${cache}.lock`, make);
  return JSON.parse(readFileSync(record, 'utf8')) as BuiltPackage;
};

/**
 * A project that has the packed package installed, without a registry: the tarball is unpacked into its node_modules, beside links to the packages that
 * this repository has installed.
 */
export const installInto = async (project: string, files: Readonly<Record<string, string>>): Promise<void> => {
  const { tarball } = await builtPackage();
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'foldstream'), { recursive: true });
  for (const name of readdirSync(join(repository, 'node_modules')))
    if (name !== 'foldstream') symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  await promisify(execFile)('tar', ['xzf', tarball, '-C', join(modules, 'foldstream'), '--strip-components', '1']);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
};
