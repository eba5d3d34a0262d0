import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../lib/cli/local/deployment.ts';
import { findPython } from '../../../lib/cli/local/python.ts';
import { run } from '../../../lib/cli/terminal/run.ts';

/** Installs Python packages into the cache, in an environment of their own, and gives the folder of their programs. Their versions are pinned by their hashes. */
export const pythonWith = async (name: string, requirements: string): Promise<string> => {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8);
  const home = join(root, '.cache', name, digest);
  const bin = join(home, 'bin');
  if (existsSync(join(home, 'complete'))) return bin;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const python = await findPython(process.env);
  if (python instanceof Error) throw python;
  await run(python, ['-m', 'venv', home], {});
  const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
  await run(join(bin, 'python'), [...pip, '--require-hashes', '--requirement', requirements], {});
  writeFileSync(join(home, 'complete'), '');
  return bin;
};
