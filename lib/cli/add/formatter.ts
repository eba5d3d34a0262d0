import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectProgram, upFrom } from '../project-root.ts';

const formatters = [
  { program: 'biome', settings: ['biome.json', 'biome.jsonc'], args: ['check', '--write', '--no-errors-on-unmatched'] },
  {
    program: 'prettier',
    settings: ['.prettierrc', '.prettierrc.json', 'prettier.config.js', 'prettier.config.mjs'],
    args: ['--write'],
  },
];

/**
 * Formats files with the formatter that the project has installed and set up, since only that one knows where it breaks lines and how it sorts
 * imports. A project without one keeps the files as they were written, and so does one whose formatter fails: its own checks then say why.
 */
export const formatted = (root: string, files: readonly string[]): void => {
  const folders = upFrom(root);
  const found = formatters.find(({ settings }) =>
    settings.some((file) => folders.some((folder) => existsSync(join(folder, file)))),
  );
  const program = found && projectProgram(found.program, root);
  if (program) spawnSync(program, [...found.args, ...files], { cwd: root, stdio: 'ignore' });
};
