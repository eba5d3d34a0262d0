import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Sources } from './pages.ts';

export const root = join(import.meta.dirname, '..', '..');

/** All files that are tracked, and all that would be. */
export const repository = (): Sources => {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = listed
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)) && statSync(join(root, file)).isFile());
  return { files: new Set(files), read: (path) => readFileSync(join(root, path), 'utf8') };
};
