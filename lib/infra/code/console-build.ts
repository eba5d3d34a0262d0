import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The package's own folder. */
const home = fileURLToPath(new URL('../../..', import.meta.url));
const sources = join(home, 'console');

/** Everything that the console is made of, beside packages, which are known by the file that locks them. */
const made = ['console', 'lib/client', 'lib/core', 'lib/engine', 'lib/http', 'lib/console'];

const hashOfSources = async (): Promise<string> => {
  const hash = createHash('sha256');
  for (const part of made) {
    const entries = await readdir(join(home, part), { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.filter((each) => !each.startsWith(join(sources, 'dist'))).sort())
      hash.update(file.slice(home.length)).update(await readFile(file));
  }
  hash.update(await readFile(join(home, 'package-lock.json')));
  return hash.digest('hex').slice(0, 16);
};

/** Builds the console of a clone by Vite, unless it is built as its sources are now. The folder is named by them, so that parallel builds make the same one. */
const buildOfClone = async (): Promise<string> => {
  const folder = join(home, '.cache', 'console', await hashOfSources());
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  const vite = join(home, 'node_modules', 'vite', 'bin', 'vite.js');
  try {
    await run(process.execPath, [vite, 'build', '--outDir', draft, '--emptyOutDir', '--logLevel', 'warn'], {
      cwd: sources,
      env: { ...process.env, NODE_ENV: 'production' },
    });
    await rename(draft, folder).catch(() => undefined);
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Error(`The console could not be built: ${`${stdout}${stderr}`.trim() || String(cause)}`, { cause });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
};

let building: Promise<string> | undefined;

/** The folder of the console's files: the package has them built, and a clone builds them. Undefined where there is no console. */
export const builtConsole = async (): Promise<string | undefined> => {
  if (existsSync(join(sources, 'index.html'))) {
    building ??= buildOfClone();
    return building;
  }
  const packaged = join(sources, 'dist');
  return existsSync(packaged) ? packaged : undefined;
};
