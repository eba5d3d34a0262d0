import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ManifestModule } from '../project.ts';
import { projectProgram, projectRoot } from '../project-root.ts';
import { RunError, run } from '../terminal/run.ts';

/** The errors of a compiler's output, and how many there are. */
const shownErrors = 5;

/** The compiler's errors as it prints them, the first ones only. */
export const shortened = (output: string): string => {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  // The lines that belong to an error are indented.
  const starts = lines.flatMap((line, i) => (/^\s/.test(line) ? [] : [i]));
  if (starts.length <= shownErrors) return lines.join('\n');
  return [...lines.slice(0, starts[shownErrors]), `... and ${starts.length - shownErrors} more: npx tsc -p .`].join('\n');
};

/** Checks the types of the files that a manifest is made of, and of no others: the project's tests may be unfinished. */
export type TypeCheck = (signal?: AbortSignal) => Promise<string | undefined>;

/** Undefined if the project has no compiler or no settings for it. The folder is for what the compiler remembers. */
export const typeCheckOf = (module: ManifestModule, folder: string): TypeCheck | undefined => {
  const [tsc, own, root] = [projectProgram('tsc'), join(projectRoot(), 'tsconfig.json'), projectRoot()];
  if (tsc === undefined || !existsSync(own)) return undefined;
  const manifest = fileURLToPath(module);
  const settings = join(dirname(manifest), 'settings.ts');
  const config = {
    extends: relative(folder, own),
    // What is not used yet is no error while one writes.
    compilerOptions: {
      ...{ noEmit: true, incremental: true, composite: false, tsBuildInfoFile: './tsbuildinfo' },
      ...{ noUnusedLocals: false, noUnusedParameters: false },
    },
    include: [],
    files: [manifest, ...(existsSync(settings) ? [settings] : [])],
  };
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(config));
  return async (signal) => {
    try {
      await run(tsc, ['-p', file, '--pretty', 'false'], { cwd: root, ...(signal && { signal }) });
      return undefined;
    } catch (error) {
      if (error instanceof RunError) return shortened(error.output === '' ? error.message : error.output);
      throw error;
    }
  };
};
