import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectProgram } from '../project-root.ts';

const formatters = [
  { program: 'biome', settings: ['biome.json', 'biome.jsonc'], args: ['check', '--write', '--no-errors-on-unmatched'] },
  {
    program: 'prettier',
    settings: ['.prettierrc', '.prettierrc.json', 'prettier.config.js', 'prettier.config.mjs'],
    args: ['--write'],
  },
];

const isAbove = (folder: string, file: string): boolean =>
  existsSync(join(folder, file)) || (dirname(folder) !== folder && isAbove(dirname(folder), file));

/**
 * Formats files with the formatter that the project has installed and set up, since only that one knows where it breaks lines and how it sorts
 * imports. A project without one keeps the files as they were written, and so does one whose formatter fails: its own checks then say why.
 */
export const formatted = (root: string, files: readonly string[]): void => {
  const found = formatters.find(({ settings }) => settings.some((file) => isAbove(root, file)));
  const program = found && projectProgram(found.program, root);
  if (program) spawnSync(program, [...found.args, ...files], { cwd: root, stdio: 'ignore' });
};
